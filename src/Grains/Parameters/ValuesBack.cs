using Cluster.Contracts;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>The way of new values from the shards back into a contributor's parameters, slice by slice, whichever is there first.</summary>
/// <param name="shards">Who has them.</param>
/// <param name="ranges">Their slices.</param>
/// <param name="shared">Which of them step in the parameters' own memory.</param>
/// <param name="parameters">Take them.</param>
/// <param name="device">The parameters' thread.</param>
/// <param name="transfer">The silo's.</param>
/// <param name="attempt">The run's.</param>
internal sealed class ValuesBack(
    IParameterShardGrain[] shards, IReadOnlyList<ShardRange> ranges, bool[] shared, FlatParameters parameters, DeviceThread device, TensorTransfer transfer, long attempt)
{
    /// <summary>Takes a slice's new values.</summary>
    /// <param name="shard">Which slice.</param>
    /// <param name="first">The shard's answer: the values, the first of several messages, or what they are fetched or borrowed by.</param>
    /// <returns>Ends when the next work may be queued behind them; the task in it ends when they are in place.</returns>
    public async Task<Task> Take(int shard, TensorMessage first)
    {
        ShardRange range = ranges[shard];
        if (first.Bulk is { } ticket)
        {
            await Fetch(ticket, range);
            return Task.CompletedTask;
        }

        if (first.Frame is null)
        {
            Incoming values = transfer.Receive(first);
            if (shared[shard])
            {
                return values.Made;
            }

            await values.ReadyFor(device);
            Task copied = Copy(values, range.Offset, range.Count);
            return values.InStream(device) ? copied : await Ended(copied);
        }

        TensorMessage message = first;
        for (long offset = 0; ; message = await shards[shard].Values(attempt, transfer.Silo, offset))
        {
            long count = Math.Min(TensorTransfer.ChunkElements, range.Count - offset);
            await Copy(transfer.Receive(message), range.Offset + offset, count);
            offset += count;
            if (offset >= range.Count)
            {
                return Task.CompletedTask;
            }
        }
    }

    /// <summary>Straight into the parameters' memory, as far as the shard has stepped; on a GPU by way of the host.</summary>
    private async Task Fetch(BulkTicket ticket, ShardRange range)
    {
        if (device.Device.type != TorchSharp.DeviceType.CPU)
        {
            Incoming values = transfer.Receive(new TensorMessage(null, 0, ticket));
            await values.Made;
            await Copy(values, range.Offset, range.Count);
            return;
        }

        using TensorMemory memory = await device.RunNextAsync(null, () => new TensorMemory(parameters.Values.narrow(0, range.Offset, range.Count)));
        if (BulkTickets.Size(ticket, int.MaxValue) is var (type, bytes) && (type != parameters.Values.dtype || bytes != memory.Memory.Length))
        {
            throw new FrameFormatException($"a shard answered with {bytes} bytes of {type}; the slice has {memory.Memory.Length} of {parameters.Values.dtype}");
        }

        await transfer.Bulk!.Fetch(ticket.Endpoint, ticket.Id, ticket.Round, memory.Memory);
    }

    private Task Copy(Incoming values, long offset, long count) =>
        device.RunAsync(() => values.CopyTo(parameters.Values.narrow(0, offset, count)));

    private static async Task<Task> Ended(Task task)
    {
        await task;
        return Task.CompletedTask;
    }
}
