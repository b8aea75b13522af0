using Cluster.Contracts;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>One replica's gradient on its way, with room for two buckets.</summary>
internal sealed class GradientSource : IAsyncDisposable
{
    private readonly BulkFetch _fetch;
    private readonly Tensor[] _rooms;
    private readonly TensorMemory[] _memory;

    private GradientSource(BulkFetch fetch, ScalarType type, long elements)
    {
        _fetch = fetch;
        _rooms = [empty(elements, type).DetachFromDisposeScope(), empty(elements, type).DetachFromDisposeScope()];
        _memory = [.. _rooms.Select(room => new TensorMemory(room))];
    }

    /// <summary>Elements of a slice that come at a time.</summary>
    public static long Bucket(ShardSlice slice) => BulkProtocol.BucketBytes / WireType.SizeOf(slice.Wire);

    /// <summary>Asks for a gradient and waits for its first bucket, which goes to the first room; the others are read by <see cref="Read"/>.</summary>
    public static async Task<GradientSource> Begin(BulkTicket ticket, BulkChannel bulk, ShardSlice slice, Action arrived, CancellationToken over)
    {
        (_, long bytes) = BulkTickets.Size(ticket, bulk.Options.MaximumBytes);
        GradientSource source = new(
            await bulk.Fetch(ticket.Endpoint, ticket.Id, ticket.Round, 0, (int)bytes, over), slice.Wire, Math.Min(Bucket(slice), slice.Range.Count));
        try
        {
            await source.Read(0, over);
            arrived();
            return source;
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends sources, those that never came to their beginning too.</summary>
    public static async Task End(IEnumerable<Task<GradientSource>?> begun)
    {
        foreach (Task<GradientSource> each in begun.OfType<Task<GradientSource>>())
        {
            await ((Task)each).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            await (each.IsCompletedSuccessfully ? each.Result.DisposeAsync() : ValueTask.CompletedTask);
        }
    }

    /// <summary>Reads the next bucket into a room.</summary>
    public Task Read(int room, CancellationToken over) => _fetch.Read(_memory[room].Memory, over);

    /// <summary>What lies in a room, on the slice's device and in the format of its sums; on the device's thread.</summary>
    public Tensor Part(int room, long count, ShardSlice slice)
    {
        Tensor part = _rooms[room].narrow(0, 0, count);
        part = slice.Device.Device.type == DeviceType.CPU ? part : part.to(slice.Device.Device);
        return part.dtype == slice.Values.dtype ? part : part.to_type(slice.Values.dtype);
    }

    /// <summary>Frees the rooms; a fetch that was read to its end leaves its connection to the next.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (IDisposable held in _memory.Concat<IDisposable>(_rooms))
        {
            held.Dispose();
        }

        await _fetch.DisposeAsync();
    }
}
