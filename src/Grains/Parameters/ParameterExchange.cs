using Cluster.Contracts;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// A replica's side of the exchange: sends slice p of its gradient to shard p and takes the slice's new values back.
/// Reduce-scatter, sharded optimizer step and all-gather in one round trip.
/// </summary>
internal sealed class ParameterExchange
{
    private readonly TensorTransfer _transfer;
    private readonly DeviceThread _device;
    private readonly FlatParameters _parameters;
    private readonly int _replica;
    private readonly IReadOnlyList<ShardRange> _ranges;
    private readonly IParameterShardGrain[] _shards;
    private readonly bool[] _near;
    private readonly long _attempt;

    public ParameterExchange(
        IGrainFactory grains, TensorTransfer transfer, DeviceThread device, FlatParameters parameters, RunActor actor, int shards)
    {
        _transfer = transfer;
        _device = device;
        _parameters = parameters;
        _replica = actor.Index;
        _attempt = actor.Attempt;
        _ranges = parameters.Layout.Shards(shards);
        _shards = [.. Enumerable.Range(0, shards).Select(shard => grains.GetGrain<IParameterShardGrain>(ActorKeys.Shard(actor.Run, actor.Role, shard)))];
        _near = new bool[shards];
    }

    /// <summary>Fills the replica's parameters from the shards and learns which of them are on this silo.</summary>
    public Task Pull() => Task.WhenAll(Enumerable.Range(0, _shards.Length).Select(async shard =>
    {
        TensorMessage values = await _shards[shard].Values(_attempt, _transfer.Silo, 0);
        _near[shard] = values.Frame is null;
        await Take(shard, values);
    }));

    /// <summary>Exchanges the flat gradient for new values. All replicas of the role must call it for the same update.</summary>
    /// <param name="at">Attempt and step.</param>
    /// <param name="update">Which update of the role this is.</param>
    public Task Step(StepId at, long update) =>
        _shards.Length == 1 ? StepSlice(0, at, update) : Task.WhenAll(Enumerable.Range(0, _shards.Length).Select(shard => StepSlice(shard, at, update)));

    private async Task StepSlice(int shard, StepId at, long update)
    {
        GradientPart Part(long offset, TensorMessage gradient) => new(at, update, _replica, _transfer.Silo, offset, gradient);
        ShardRange range = _ranges[shard];
        if (_near[shard])
        {
            using Tensor slice = _parameters.Gradients.narrow(0, range.Offset, range.Count);
            using Outgoing lent = _transfer.Pack(slice, _transfer.Silo);
            await Take(shard, await _shards[shard].Reduce(Part(0, lent.Message)));
            return;
        }

        // One chunk in flight per shard: messages know no back-pressure, so the sender keeps it.
        for (long offset = 0; ; offset += TensorTransfer.ChunkElements)
        {
            long count = Math.Min(TensorTransfer.ChunkElements, range.Count - offset);
            TensorMessage chunk = await _device.RunAsync(() =>
            {
                using Tensor part = _parameters.Gradients.narrow(0, range.Offset + offset, count);
                return new TensorMessage(TensorFrame.Encode(part), 0);
            });
            if (offset + count < range.Count)
            {
                await _shards[shard].PutChunk(Part(offset, chunk));
                continue;
            }

            await Take(shard, await _shards[shard].Reduce(Part(offset, chunk)));
            return;
        }
    }

    private async Task Take(int shard, TensorMessage first)
    {
        ShardRange range = _ranges[shard];
        if (first.Frame is null)
        {
            await Copy(first, range.Offset, range.Count);
            return;
        }

        TensorMessage message = first;
        for (long offset = 0; ; message = await _shards[shard].Values(_attempt, _transfer.Silo, offset))
        {
            long count = Math.Min(TensorTransfer.ChunkElements, range.Count - offset);
            await Copy(message, range.Offset + offset, count);
            offset += count;
            if (offset >= range.Count)
            {
                return;
            }
        }
    }

    private Task Copy(TensorMessage message, long offset, long count) => _device.RunAsync(() =>
    {
        using Tensor slice = _parameters.Values.narrow(0, offset, count);
        _transfer.Unpack(message, slice);
    });
}
