using Orleans.Serialization.Invocation;

namespace Cluster.GrainHosting.Tests;

public interface ITurnGrain : IGrainWithStringKey
{
    Task<int> AddSlowly();

    Task WaitFor(string signal);

    Task Raise(string signal);

    Task<int> MostAtOnce();

    Task<(bool Own, bool Same)> SchedulerAcrossAwait();

    Task Forward(ITurnGrain to, string signal);

    [ResponseTimeout("00:00:01")]
    Task CallBack(ITurnGrain through, ITurnGrain back);

    Task CallBackAllowed(ITurnGrain through, ITurnGrain back);

    Task Ping(ITurnGrain? back);
}

public class TurnGrain : Grain, ITurnGrain
{
    private int _sum;
    private int _inside;
    private int _most;

    public async Task<int> AddSlowly()
    {
        _most = Math.Max(_most, ++_inside);
        var sum = _sum;
        for (var i = 0; i < 3; i++) await Task.Yield();
        _sum = sum + 1;
        _inside--;
        return _sum;
    }

    public Task WaitFor(string signal)
    {
        Signals.Raise(signal + " entered");
        return Signals.Wait(signal);
    }

    public Task Raise(string signal)
    {
        Signals.Raise(signal);
        return Task.CompletedTask;
    }

    public Task<int> MostAtOnce() => Task.FromResult(_most);

    public async Task<(bool Own, bool Same)> SchedulerAcrossAwait()
    {
        var before = TaskScheduler.Current;
        await Task.Run(() => { });
        return (before != TaskScheduler.Default, before == TaskScheduler.Current);
    }

    public Task Forward(ITurnGrain to, string signal) => to.WaitFor(signal);

    public Task CallBack(ITurnGrain through, ITurnGrain back) => through.Ping(back);

    public async Task CallBackAllowed(ITurnGrain through, ITurnGrain back)
    {
        using var _ = RequestContext.AllowCallChainReentrancy();
        await through.Ping(back);
    }

    public Task Ping(ITurnGrain? back) => back?.Ping(null) ?? Task.CompletedTask;
}

public interface IReentrantGrain : ITurnGrain;

[Reentrant]
public sealed class ReentrantGrain : TurnGrain, IReentrantGrain;

public interface IInterleavingGrain : IGrainWithStringKey
{
    Task WaitFor(string signal);

    [AlwaysInterleave]
    Task RaiseAtOnce(string signal);

    [ReadOnly]
    Task ReadAndWaitFor(string signal);

    [ReadOnly]
    Task ReadAndRaise(string signal);

    Task RaiseInTurn(string signal);

    Task RaiseIfNamedNow(string signal);
}

[MayInterleave(nameof(IsNamedNow))]
public sealed class InterleavingGrain : Grain, IInterleavingGrain
{
    public static bool IsNamedNow(IInvokable request) => request.GetMethodName() == nameof(RaiseIfNamedNow) && request.GetArgument(0) is string signal && signal.StartsWith("now", StringComparison.Ordinal);

    public Task WaitFor(string signal)
    {
        Signals.Raise(signal + " entered");
        return Signals.Wait(signal);
    }

    public Task RaiseAtOnce(string signal) => RaiseInTurn(signal);

    public Task ReadAndWaitFor(string signal) => WaitFor(signal);

    public Task ReadAndRaise(string signal) => RaiseInTurn(signal);

    public Task RaiseIfNamedNow(string signal) => RaiseInTurn(signal);

    public Task RaiseInTurn(string signal)
    {
        Signals.Raise(signal);
        return Task.CompletedTask;
    }
}
