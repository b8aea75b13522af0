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
    /// <param name="begun">One for each replica; null where its gradient is here already.</param>
    /// <param name="slice">Takes the sum.</param>
    /// <param name="here">Gives a part of a gradient that is here already: replica, offset, count.</param>
    /// <param name="made">Ends when all that is here already is computed.</param>
    /// <param name="averaged">Called on the device's thread with each averaged part and its offset; may be null.</param>
    /// <param name="done">Called with the bytes that are done so far; may be null.</param>
    /// <param name="over">Ends it.</param>
    public static async Task Read(
        IReadOnlyList<Task<GradientSource>?> begun, ShardSlice slice,
        Func<int, long, long, Tensor> here, Task made, Action<Tensor, long>? averaged, Action<long>? done, CancellationToken over)
    {
        int size = (int)slice.Values.ElementSize;
        long bucket = GradientSource.Bucket(slice);
        long total = slice.Range.Count;
        GradientSource?[] sources = [];
        Task visit = Task.CompletedTask;
        bool well = false;
        try
        {
            await Together.All(begun.OfType<Task>());
            sources = [.. begun.Select(source => source?.Result)];
            int turn = 0;
            for (long at = 0; at < total; at += bucket, turn ^= 1)
            {
                long offset = at, count = Math.Min(bucket, total - offset);
                int room = turn;
                await Task.WhenAll(sources.Select(source => offset > 0 && source is not null ? source.Read(room, over) : Task.CompletedTask));
                await visit;
                done?.Invoke(offset * size);

                // Before all that waits for the device, the remaining parts of the backward passes that made these gradients too. They
                // do not read what it changes: a slice is final, in each replica, when the pass has gone through its layers for good,
                // and what is here has been waited for. All else that reads the slice is queued after its replicas have the new values.
                await made.WaitAsync(over);
                visit = slice.Device.RunNextAsync("shard.reduce", () =>
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
            well = true;
        }
        finally
        {
            // A visit that still runs reads the rooms.
            await visit.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            Task ending = GradientSource.End(begun);
            if (well)
            {
                await ending; // else some may still be coming, until the round that has failed ends them
            }
        }
    }
}
