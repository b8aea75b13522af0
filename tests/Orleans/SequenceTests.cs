using System.Runtime.CompilerServices;

namespace Cluster.GrainHosting.Tests;

public interface ISequenceGrain : IGrainWithStringKey
{
    IAsyncEnumerable<int> Count(int to, string signal, CancellationToken token = default);

    IAsyncEnumerable<int[]> Buffers();

    IAsyncEnumerable<int> Fail();

    IAsyncEnumerable<int> WaitBetween(string signal);

    Task Raise(string signal);
}

public sealed class SequenceGrain : Grain, ISequenceGrain
{
    public async IAsyncEnumerable<int> Count(int to, string signal, [EnumeratorCancellation] CancellationToken token)
    {
        try
        {
            for (var i = 0; i < to; i++)
            {
                if (i % 7 == 0) await Task.Yield();
                token.ThrowIfCancellationRequested();
                yield return i;
            }
        }
        finally
        {
            Signals.Raise(signal + " ended");
        }
    }

    public async IAsyncEnumerable<int[]> Buffers()
    {
        var buffer = new int[1];
        for (var i = 0; i < 3; i++)
        {
            buffer[0] = i;
            yield return buffer;
            await Task.Yield();
        }
    }

    public async IAsyncEnumerable<int> Fail()
    {
        yield return 1;
        await Task.Yield();
        throw new InvalidOperationException("after one");
    }

    public async IAsyncEnumerable<int> WaitBetween(string signal)
    {
        yield return 1;
        await Signals.Wait(signal);
        yield return 2;
    }

    public Task Raise(string signal)
    {
        Signals.Raise(signal);
        return Task.CompletedTask;
    }
}

/// <summary>Results that come one after the other.</summary>
[Collection(SharedCluster.Name)]
public sealed class SequenceTests(ClusterFixture cluster)
{
    private readonly string _key = Signals.NewKey();

    private ISequenceGrain Grain => cluster.Grains.GetGrain<ISequenceGrain>(_key);

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(1000)]
    public async Task All_items_come_in_order(int count)
    {
        var items = new List<int>();
        await foreach (var item in Grain.Count(count, _key)) items.Add(item);
        Assert.Equal(Enumerable.Range(0, count), items);
        await Signals.Wait(_key + " ended");
    }

    [Fact]
    public async Task Items_are_copies()
    {
        var items = new List<int[]>();
        await foreach (var item in Grain.Buffers()) items.Add(item);
        Assert.Equal([0, 1, 2], items.Select(item => item[0]));
    }

    [Fact]
    public async Task An_error_comes_after_the_items_before_it()
    {
        var items = new List<int>();
        var error = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var item in Grain.Fail()) items.Add(item);
        });
        Assert.Equal("after one", error.Message);
        Assert.Equal([1], items);
    }

    [Fact]
    public async Task Leaving_early_ends_the_grains_side()
    {
        await foreach (var item in Grain.Count(int.MaxValue, _key))
            if (item == 10) break;
        await Signals.Wait(_key + " ended");
    }

    [Fact]
    public async Task Cancelling_ends_both_sides()
    {
        using var source = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var item in Grain.Count(int.MaxValue, _key).WithCancellation(source.Token))
                if (item == 10) await source.CancelAsync();
        });
        await Signals.Wait(_key + " ended");
    }

    [Fact]
    public async Task Other_requests_run_between_the_items()
    {
        var items = new List<int>();
        await foreach (var item in Grain.WaitBetween(_key))
        {
            items.Add(item);
            if (item == 1) await Grain.Raise(_key);
        }

        Assert.Equal([1, 2], items);
    }
}
