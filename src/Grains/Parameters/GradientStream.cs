using Cluster.Contracts;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// Gradients of several replicas that travel beside the messages, added bucket by bucket as they come: while one bucket is on the
/// device, the next ones are on their way. The sums run in replica order, whoever is faster; no gradient is ever stored whole.
/// </summary>
internal static class GradientStream
{
    /// <summary>Whether a ticket stands for a gradient of the slice.</summary>
    public static bool Fits(BulkTicket ticket, ShardSlice slice) =>
        ticket.Shape is [var count] && count == slice.Range.Count && ticket.Type == WireType.CodeOf(slice.Wire);

    /// <summary>Fetches and averages into the slice's own room.</summary>
    /// <param name="tickets">One for each replica; null where its gradient is here already.</param>
    /// <param name="bulk">Fetches them.</param>
    /// <param name="slice">Takes the sum.</param>
    /// <param name="here">Gives a part of a gradient that is here already: replica, offset, count.</param>
    /// <param name="averaged">Called on the device's thread with each averaged part and its offset; may be null.</param>
    /// <param name="done">Called with the bytes that are done so far; may be null.</param>
    /// <param name="over">Ends it.</param>
    public static async Task Read(
        IReadOnlyList<BulkTicket?> tickets, BulkChannel bulk, ShardSlice slice,
        Func<int, long, long, Tensor> here, Action<Tensor, long>? averaged, Action<long>? done, CancellationToken over)
    {
        int size = (int)slice.Values.ElementSize;
        long bucket = BulkProtocol.BucketBytes / WireType.SizeOf(slice.Wire);
        long total = slice.Range.Count;
        Source?[] sources = new Source?[tickets.Count];
        Task visit = Task.CompletedTask;
        try
        {
            for (int replica = 0; replica < tickets.Count; replica++)
            {
                sources[replica] = tickets[replica] is { } ticket ? await Source.Open(ticket, bulk, slice.Wire, Math.Min(bucket, total), over) : null;
            }

            int turn = 0;
            for (long at = 0; at < total; at += bucket, turn ^= 1)
            {
                long offset = at, count = Math.Min(bucket, total - offset);
                int room = turn;
                await Task.WhenAll(sources.Select(source => source?.Read(room, over) ?? Task.CompletedTask));
                await visit;
                done?.Invoke(offset * size);
                visit = slice.Device.RunAsync("shard.reduce", () =>
                {
                    over.ThrowIfCancellationRequested();
                    Tensor[] parts = [.. sources.Select((source, replica) => source?.Part(room, count, slice) ?? here(replica, offset, count))];
                    Tensor average = parts[0];
                    if (parts.Length > 1 || averaged is null)
                    {
                        average = slice.Sum.narrow(0, offset, count);
                        ShardSlice.Average(parts, average);
                    }

                    averaged?.Invoke(average, offset);
                }, over);
            }

            await visit;
            done?.Invoke(total * size);
        }
        finally
        {
            // A visit that still runs reads the rooms.
            await visit.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            foreach (Source? source in sources)
            {
                await (source?.DisposeAsync() ?? ValueTask.CompletedTask);
            }
        }
    }

    /// <summary>One replica's gradient on its way, with room for two buckets.</summary>
    private sealed class Source : IAsyncDisposable
    {
        private readonly BulkFetch _fetch;
        private readonly Tensor[] _rooms;
        private readonly TensorMemory[] _memory;

        private Source(BulkFetch fetch, ScalarType type, long elements)
        {
            _fetch = fetch;
            _rooms = [empty(elements, type).DetachFromDisposeScope(), empty(elements, type).DetachFromDisposeScope()];
            _memory = [.. _rooms.Select(room => new TensorMemory(room))];
        }

        public static async Task<Source> Open(BulkTicket ticket, BulkChannel bulk, ScalarType type, long elements, CancellationToken over)
        {
            (_, long bytes) = BulkTickets.Size(ticket, bulk.Options.MaximumBytes);
            return new Source(await bulk.Fetch(ticket.Endpoint, ticket.Id, ticket.Round, 0, (int)bytes, over), type, elements);
        }

        public Task Read(int room, CancellationToken over) => _fetch.Read(_memory[room].Memory, over);

        public Tensor Part(int room, long count, ShardSlice slice)
        {
            Tensor part = _rooms[room].narrow(0, 0, count);
            part = slice.Device.Device.type == DeviceType.CPU ? part : part.to(slice.Device.Device);
            return part.dtype == slice.Values.dtype ? part : part.to_type(slice.Values.dtype);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (IDisposable held in _memory.Concat<IDisposable>(_rooms))
            {
                held.Dispose();
            }

            await _fetch.DisposeAsync();
        }
    }
}
