namespace Cluster.GrainHosting.Tests;

/// <summary>One request at a time, unless something says otherwise.</summary>
[Collection(SharedCluster.Name)]
public sealed class TurnTests(ClusterFixture cluster)
{
    private readonly string _key = Signals.NewKey();

    [Fact]
    public async Task Requests_do_not_interleave_at_awaits()
    {
        var grain = cluster.Grains.GetGrain<ITurnGrain>(_key, typeof(TurnGrain).FullName);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => grain.AddSlowly()));
        Assert.Equal(51, await grain.AddSlowly());
        Assert.Equal(1, await grain.MostAtOnce());
    }

    [Fact]
    public async Task A_reentrant_grain_interleaves_at_awaits()
    {
        var grain = cluster.Grains.GetGrain<IReentrantGrain>(_key);
        var waiting = grain.WaitFor(_key);
        await grain.Raise(_key);
        await waiting;
    }

    [Fact]
    public async Task A_request_waits_for_the_one_before_it()
    {
        var grain = cluster.Grains.GetGrain<IInterleavingGrain>(_key);
        var first = grain.WaitFor(_key);
        await Signals.Wait(_key + " entered");
        var second = grain.RaiseInTurn(_key + " second");
        await grain.RaiseAtOnce(_key + " third");
        Assert.False(Signals.WasRaised(_key + " second"));
        Signals.Raise(_key);
        await Task.WhenAll(first, second);
    }

    [Fact]
    public async Task An_always_interleaving_method_enters_a_busy_grain()
    {
        var grain = cluster.Grains.GetGrain<IInterleavingGrain>(_key);
        var waiting = grain.WaitFor(_key);
        await grain.RaiseAtOnce(_key);
        await waiting;
    }

    [Fact]
    public async Task Read_only_requests_interleave_with_each_other_alone()
    {
        var grain = cluster.Grains.GetGrain<IInterleavingGrain>(_key);
        var waiting = grain.ReadAndWaitFor(_key);
        await Signals.Wait(_key + " entered");
        var writer = grain.RaiseInTurn(_key + " written");
        await grain.ReadAndRaise(_key + " read");
        Assert.False(Signals.WasRaised(_key + " written"));
        Signals.Raise(_key);
        await Task.WhenAll(waiting, writer);
    }

    [Fact]
    public async Task A_predicate_decides_which_requests_interleave()
    {
        var grain = cluster.Grains.GetGrain<IInterleavingGrain>(_key);
        var waiting = grain.WaitFor(_key);
        await Signals.Wait(_key + " entered");
        var later = grain.RaiseIfNamedNow("later " + _key);
        await grain.RaiseIfNamedNow("now " + _key);
        Assert.False(Signals.WasRaised("later " + _key));
        Signals.Raise(_key);
        await Task.WhenAll(waiting, later);
    }

    [Fact]
    public async Task Awaits_resume_on_the_activations_own_scheduler()
        => Assert.Equal((true, true), await cluster.Grains.GetGrain<ITurnGrain>(_key, typeof(TurnGrain).FullName).SchedulerAcrossAwait());

    [Fact]
    public async Task A_cycle_of_calls_stands_still_until_its_time_is_up()
    {
        var a = cluster.Grains.GetGrain<ITurnGrain>(_key, typeof(TurnGrain).FullName);
        var b = cluster.Grains.GetGrain<ITurnGrain>(_key + " b", typeof(TurnGrain).FullName);
        await Assert.ThrowsAsync<TimeoutException>(() => a.CallBack(b, a));
    }

    [Fact]
    public async Task A_cycle_of_calls_passes_where_the_caller_allows_it()
    {
        var a = cluster.Grains.GetGrain<ITurnGrain>(_key, typeof(TurnGrain).FullName);
        var b = cluster.Grains.GetGrain<ITurnGrain>(_key + " b", typeof(TurnGrain).FullName);
        await a.CallBackAllowed(b, a);
    }

    [Fact]
    public async Task A_grain_that_waits_for_another_is_busy()
    {
        var a = cluster.Grains.GetGrain<ITurnGrain>(_key, typeof(TurnGrain).FullName);
        var b = cluster.Grains.GetGrain<ITurnGrain>(_key + " b", typeof(TurnGrain).FullName);
        var forward = a.Forward(b, _key);
        await Signals.Wait(_key + " entered");
        var second = a.Raise(_key + " second");
        await cluster.Grains.GetGrain<ITurnGrain>(_key + " c", typeof(TurnGrain).FullName).Ping(null);
        Assert.False(Signals.WasRaised(_key + " second"));
        Signals.Raise(_key);
        await Task.WhenAll(forward, second);
    }
}
