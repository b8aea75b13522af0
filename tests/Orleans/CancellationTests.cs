namespace Cluster.GrainHosting.Tests;

public interface IPatientGrain : IGrainWithStringKey
{
    Task WaitUntilCancelled(string signal, CancellationToken token);

    Task<bool> CanBeCancelled(CancellationToken token = default);

    [ResponseTimeout("00:00:00.5")]
    Task AnswerLate(string signal);

    [OneWay]
    Task Tell(string signal, bool fail);
}

public sealed class PatientGrain : Grain, IPatientGrain
{
    public async Task WaitUntilCancelled(string signal, CancellationToken token)
    {
        Signals.Raise(signal + " entered");
        try
        {
            await Task.Delay(Timeout.Infinite, token);
        }
        finally
        {
            Signals.Raise(signal + " cancelled");
        }
    }

    public Task<bool> CanBeCancelled(CancellationToken token) => Task.FromResult(token.CanBeCanceled && token.IsCancellationRequested);

    public Task AnswerLate(string signal) => Signals.Wait(signal);

    public async Task Tell(string signal, bool fail)
    {
        await Task.Yield();
        Signals.Raise(signal + " told");
        await Signals.Wait(signal);
        if (fail) throw new InvalidOperationException("nobody learns of it");
    }
}

/// <summary>Calls that are called off, too late, or not waited for.</summary>
[Collection(SharedCluster.Name)]
public sealed class CancellationTests(ClusterFixture cluster)
{
    private readonly string _key = Signals.NewKey();

    private IPatientGrain Grain => cluster.Grains.GetGrain<IPatientGrain>(_key);

    [Fact]
    public async Task Cancelling_reaches_the_callee_and_ends_the_call()
    {
        using var source = new CancellationTokenSource();
        var call = Grain.WaitUntilCancelled(_key, source.Token);
        await Signals.Wait(_key + " entered");
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Signals.Wait(_key + " cancelled");
    }

    [Fact]
    public async Task A_request_that_waits_for_its_turn_can_be_cancelled()
    {
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        var running = Grain.WaitUntilCancelled(_key, first.Token);
        await Signals.Wait(_key + " entered");
        var waiting = Grain.WaitUntilCancelled(_key + " second", second.Token);
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.False(await Grain.CanBeCancelled());
    }

    [Fact]
    public async Task A_cancelled_token_sends_nothing()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Grain.WaitUntilCancelled(_key, source.Token));
        Assert.False(await Grain.CanBeCancelled());
        Assert.False(Signals.WasRaised(_key + " entered"));
    }

    [Fact]
    public async Task An_answer_that_does_not_come_in_time_is_a_timeout()
    {
        var error = await Assert.ThrowsAsync<TimeoutException>(() => Grain.AnswerLate(_key));
        Assert.Contains("Response did not arrive on time in 00:00:00.5", error.Message);
        Signals.Raise(_key);
        Assert.False(await Grain.CanBeCancelled());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_one_way_call_is_over_at_once_for_its_caller(bool fail)
    {
        await Grain.Tell(_key, fail);
        await Signals.Wait(_key + " told");
        Assert.False(Signals.WasRaised(_key));
        Signals.Raise(_key);
        Assert.False(await Grain.CanBeCancelled());
    }
}
