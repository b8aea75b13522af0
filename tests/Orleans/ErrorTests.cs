using Orleans.Serialization;

namespace Cluster.GrainHosting.Tests;

[GenerateSerializer]
public sealed class LossException(string message, int step) : Exception(message)
{
    [Id(0)]
    public int Step { get; } = step;
}

public sealed class UnmarkedException(string message) : Exception(message);

public interface IFailingGrain : IGrainWithStringKey
{
    Task Fail(string how);

    Task<int> FailValue();
}

public sealed class FailingGrain : Grain, IFailingGrain
{
    public async Task Fail(string how)
    {
        await Task.Yield();
        throw how switch
        {
            "plain" => new InvalidOperationException("no good", new FormatException("inner")),
            "argument" => new ArgumentException("bad", how),
            "marked" => new LossException("not finite", 7),
            "unmarked" => new UnmarkedException("never crosses"),
            "aggregate" => new AggregateException("several", new FormatException("one"), new IOException("two")),
            "cancelled" => new OperationCanceledException("stopped"),
            _ => new NotSupportedException(how),
        };
    }

    public Task<int> FailValue() => throw new InvalidOperationException("synchronous");
}

public interface ISleeperGrain : IGrainWithStringKey
{
    Task Call();
}

public sealed class SleeperGrain : Grain, ISleeperGrain
{
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        var key = this.GetPrimaryKeyString();
        Signals.Log(key, null);
        if (Signals.LogOf(key).Length == 1) throw new InvalidOperationException("cannot wake");
    }

    public Task Call() => Task.CompletedTask;
}

/// <summary>Errors cross calls as copies of themselves.</summary>
[Collection(SharedCluster.Name)]
public sealed class ErrorTests(ClusterFixture cluster)
{
    private readonly IFailingGrain _grain = cluster.Grains.GetGrain<IFailingGrain>(Signals.NewKey());

    [Fact]
    public async Task Type_message_inner_exception_and_stack_cross()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => _grain.Fail("plain"));
        Assert.Equal("no good", error.Message);
        Assert.Equal("inner", Assert.IsType<FormatException>(error.InnerException).Message);
        Assert.Contains(nameof(FailingGrain), error.StackTrace);
    }

    [Fact]
    public async Task An_argument_exception_keeps_its_whole_message()
        => Assert.Equal(new ArgumentException("bad", "argument").Message, (await Assert.ThrowsAsync<ArgumentException>(() => _grain.Fail("argument"))).Message);

    [Fact]
    public async Task A_marked_exception_keeps_its_members()
    {
        var error = await Assert.ThrowsAsync<LossException>(() => _grain.Fail("marked"));
        Assert.Equal(("not finite", 7), (error.Message, error.Step));
    }

    [Fact]
    public async Task An_unmarked_exception_cannot_cross()
    {
        var error = await Assert.ThrowsAsync<CodecNotFoundException>(() => _grain.Fail("unmarked"));
        Assert.Contains(typeof(UnmarkedException).FullName!, error.Message);
    }

    [Fact]
    public async Task An_aggregate_keeps_its_parts()
        => Assert.Equal(["one", "two"], (await Assert.ThrowsAsync<AggregateException>(() => _grain.Fail("aggregate"))).InnerExceptions.Select(inner => inner.Message));

    [Fact]
    public async Task Cancellation_by_the_callee_is_an_error_of_that_kind()
        => Assert.Equal("stopped", (await Assert.ThrowsAsync<OperationCanceledException>(() => _grain.Fail("cancelled"))).Message);

    [Fact]
    public async Task A_method_that_throws_before_its_first_await_fails_its_task()
    {
        var call = _grain.FailValue();
        Assert.Equal("synchronous", (await Assert.ThrowsAsync<InvalidOperationException>(() => call)).Message);
    }

    [Fact]
    public async Task An_error_of_activation_reaches_the_caller_and_the_next_call_tries_again()
    {
        var sleeper = cluster.Grains.GetGrain<ISleeperGrain>(Signals.NewKey());
        Assert.Contains("cannot wake", (await Assert.ThrowsAsync<InvalidOperationException>(() => sleeper.Call())).Message);
        await sleeper.Call();
    }

    [Fact]
    public async Task A_failed_call_does_not_harm_the_next()
    {
        await Assert.ThrowsAsync<NotSupportedException>(() => _grain.Fail("once"));
        await Assert.ThrowsAsync<NotSupportedException>(() => _grain.Fail("twice"));
    }
}
