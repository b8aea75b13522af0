namespace Cluster.GrainHosting.Tests;

public interface ITimerGrain : IGrainWithStringKey
{
    Task Start(string signal, bool interleave);

    Task HoldUntil(string signal);

    Task<int> Ticks();

    Task<int> TicksAfterDispose();

    Task Restart();

    Task StartEndless(string signal);

    Task StopEndless();

    Task StartHolding(string signal);

    Task FailOnce(string signal);

    Task End();
}

public sealed class TimerGrain : Grain, ITimerGrain
{
    private IGrainTimer? _timer;
    private int _ticks;

    public Task Start(string signal, bool interleave)
    {
        _timer = this.RegisterGrainTimer(static (state, _) => state.Self.Tick(state.signal), (Self: this, signal),
            new() { DueTime = TimeSpan.FromMilliseconds(1), Period = TimeSpan.FromMilliseconds(1), Interleave = interleave });
        return Task.CompletedTask;
    }

    public async Task HoldUntil(string signal)
    {
        Signals.Raise(signal + " held");
        await Signals.Wait(signal);
    }

    public Task<int> Ticks() => Task.FromResult(_ticks);

    public async Task<int> TicksAfterDispose()
    {
        _timer!.Dispose();
        var ticks = _ticks;
        for (var i = 0; i < 20; i++) await Task.Delay(1);
        return _ticks - ticks;
    }

    public Task Restart()
    {
        _timer!.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public Task StartEndless(string signal)
    {
        _timer = this.RegisterGrainTimer(async token =>
        {
            Signals.Raise(signal + " ticking");
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            finally
            {
                Signals.Raise(signal + " stopped");
            }
        }, new() { DueTime = TimeSpan.Zero, Period = Timeout.InfiniteTimeSpan, Interleave = true });
        return Task.CompletedTask;
    }

    public Task StartHolding(string signal)
    {
        _ticks = 1;
        _timer = this.RegisterGrainTimer(_ =>
        {
            Signals.Raise(signal + " ticking");
            return Signals.Wait(signal);
        }, new() { DueTime = TimeSpan.Zero, Period = Timeout.InfiniteTimeSpan, Interleave = true });
        return Task.CompletedTask;
    }

    public Task StopEndless()
    {
        _timer!.Dispose();
        return Task.CompletedTask;
    }

    public Task FailOnce(string signal)
    {
        _timer = this.RegisterGrainTimer(() =>
        {
            if (_ticks++ == 0) throw new InvalidOperationException("ticks on");
            Signals.Raise(signal);
            return Task.CompletedTask;
        }, TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
        return Task.CompletedTask;
    }

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private async Task Tick(string signal)
    {
        var before = TaskScheduler.Current;
        await Task.Yield();
        if (before == TaskScheduler.Current && before != TaskScheduler.Default) _ticks++;
        Signals.Raise($"{signal} {_ticks}");
    }
}

/// <summary>Ticks of timers are turns of their grain.</summary>
[Collection(SharedCluster.Name)]
public sealed class TimerTests(ClusterFixture cluster)
{
    private readonly string _key = Signals.NewKey();

    private ITimerGrain Grain => cluster.Grains.GetGrain<ITimerGrain>(_key);

    [Fact]
    public async Task A_timer_ticks_on_the_grains_scheduler()
    {
        await Grain.Start(_key, interleave: false);
        await Signals.Wait(_key + " 5");
        Assert.True(await Grain.Ticks() >= 5);
    }

    [Fact]
    public async Task A_tick_waits_for_the_request_that_runs()
    {
        await Grain.Start(_key, interleave: false);
        await Signals.Wait(_key + " 1");
        var hold = Grain.HoldUntil(_key);
        await Signals.Wait(_key + " held");
        var other = cluster.Grains.GetGrain<ITimerGrain>(_key + " other");
        await other.Start(_key + " other", interleave: false);
        var most = Enumerable.Range(1, 1000).First(i => !Signals.WasRaised($"{_key} {i}"));
        await Signals.Wait(_key + " other 20");
        Assert.False(Signals.WasRaised($"{_key} {most}"));
        Signals.Raise(_key);
        await hold;
        await Signals.Wait($"{_key} {most}");
    }

    [Fact]
    public async Task An_interleaving_tick_does_not_wait()
    {
        await Grain.Start(_key, interleave: true);
        var hold = Grain.HoldUntil(_key);
        await Signals.Wait(_key + " held");
        await Signals.Wait(_key + " 5");
        Signals.Raise(_key);
        await hold;
    }

    [Fact]
    public async Task A_disposed_timer_ticks_no_more()
    {
        await Grain.Start(_key, interleave: true);
        await Signals.Wait(_key + " 2");
        Assert.InRange(await Grain.TicksAfterDispose(), 0, 1);
    }

    [Fact]
    public async Task Change_sets_a_timer_anew()
    {
        await Grain.Start(_key, interleave: false);
        await Signals.Wait(_key + " 1");
        await Grain.Restart();
        await Grain.Ticks();
    }

    [Fact]
    public async Task Disposing_cancels_the_tick_that_runs()
    {
        await Grain.StartEndless(_key);
        await Signals.Wait(_key + " ticking");
        await Grain.StopEndless();
        await Signals.Wait(_key + " stopped");
    }

    [Fact]
    public async Task Deactivation_waits_for_the_tick_that_runs()
    {
        await Grain.StartHolding(_key);
        await Signals.Wait(_key + " ticking");
        await Grain.End();
        var next = Grain.Ticks();
        await cluster.Grains.GetGrain<ITimerGrain>(_key + " other").Ticks();
        Assert.False(next.IsCompleted);
        Signals.Raise(_key);
        Assert.Equal(0, await next);
    }

    [Fact]
    public async Task A_failing_tick_does_not_end_its_timer()
    {
        await Grain.FailOnce(_key);
        await Signals.Wait(_key);
    }
}
