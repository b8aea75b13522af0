using System.Diagnostics;
using Cluster.Contracts;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// A contributor's side of the exchange, mostly a replica's: sends slice p of its gradient to shard p and takes the slice's new values back.
/// Reduce-scatter, sharded optimizer step and all-gather in one round trip.
/// </summary>
internal sealed class ParameterExchange
{
    private readonly SiloServices _silo;
    private readonly RunActor _actor;
    private readonly string _role;
    private readonly LocalTensors _local;
    private readonly TensorTransfer _transfer;
    private readonly DeviceThread _device;
    private readonly FlatParameters _parameters;
    private readonly int _contributor;
    private readonly IReadOnlyList<ShardRange> _ranges;
    private readonly IParameterShardGrain[] _shards;
    private readonly bool[] _near;
    private readonly bool[] _shared;
    private readonly long _attempt;

    /// <param name="grains">Reaches the shards.</param>
    /// <param name="silo">The contributor's.</param>
    /// <param name="device">The thread of the parameters.</param>
    /// <param name="parameters">What the contributor computes with.</param>
    /// <param name="actor">The contributor.</param>
    /// <param name="shards">How many the role has.</param>
    /// <param name="role">The role; null for the actor's own.</param>
    /// <param name="contributor">Its place among the role's contributors; null for its own index.</param>
    public ParameterExchange(
        IGrainFactory grains, SiloServices silo, DeviceThread device, FlatParameters parameters, RunActor actor, int shards,
        string? role = null, int? contributor = null)
    {
        _silo = silo;
        _actor = actor;
        _role = role ?? actor.Role;
        _local = silo.Tensors;
        _transfer = silo.Transfer;
        _device = device;
        _parameters = parameters;
        _contributor = contributor ?? actor.Index;
        _attempt = actor.Attempt;
        _ranges = parameters.Layout.Shards(shards);
        _shards = [.. Enumerable.Range(0, shards).Select(shard => grains.GetGrain<IParameterShardGrain>(ActorKeys.Shard(actor.Run, _role, shard)))];
        _near = new bool[shards];
        _shared = new bool[shards];
    }

    /// <summary>
    /// Fills the parameters from the shards and learns which of them are on this silo. The first contributor shares its
    /// memory with those on its own device thread.
    /// </summary>
    public Task Pull() => Task.WhenAll(Enumerable.Range(0, _shards.Length).Select(async shard =>
    {
        TensorMessage values = await _shards[shard].Values(_attempt, _transfer.Silo, 0);
        _near[shard] = values.Frame is null;
        await await Take(shard, values);
        if (_near[shard] && _contributor == 0)
        {
            ShardRange range = _ranges[shard];
            using LocalTensors.Loan memory = _local.Lend(() => _parameters.Values.narrow(0, range.Offset, range.Count), Task.CompletedTask, _device);
            _shared[shard] = await _shards[shard].Adopt(_attempt, new TensorMessage(null, memory.Ticket));
        }
    }));

    /// <summary>Exchanges the flat gradient for new values. All contributors of the role must call it for the same update.</summary>
    /// <param name="at">Attempt and step.</param>
    /// <param name="update">Which update of the role this is.</param>
    /// <param name="computed">The work that makes the gradient, as the device's thread gave it.</param>
    /// <returns>
    /// Ends when the next work may be queued behind the exchange; the task in it ends when the new values are in place.
    /// </returns>
    public async Task<Task> Step(StepId at, long update, Task computed)
    {
        using Activity? span = StepTraces.Source.HasListeners() && Activity.Current is { Recorded: true }
            ? StepTraces.Source.StartActivity(TelemetryNames.ReduceSpan)?.SetTag(TelemetryNames.Role, _role).SetTag(TelemetryNames.Step, at.Step)
            : null;
        long began = _silo.Time.GetTimestamp();
        Task applied = _shards.Length == 1
            ? await StepSlice(0, at, update, computed)
            : Task.WhenAll(await Task.WhenAll(Enumerable.Range(0, _shards.Length).Select(shard => StepSlice(shard, at, update, computed))));
        _silo.Meter.Exchange(_actor, _role, 2 * _parameters.Layout.Count * _parameters.Values.ElementSize, _silo.Time.GetElapsedTime(began).TotalSeconds);
        return applied;
    }

    private async Task<Task> StepSlice(int shard, StepId at, long update, Task computed)
    {
        GradientPart Part(long offset, TensorMessage gradient) => new(at, update, _contributor, _transfer.Silo, offset, gradient);
        ShardRange range = _ranges[shard];
        if (_near[shard])
        {
            using LocalTensors.Loan loan = _local.Lend(() => _parameters.Gradients.narrow(0, range.Offset, range.Count), computed, _device);
            return await Take(shard, await _shards[shard].Reduce(Part(0, new TensorMessage(null, loan.Ticket))));
        }

        // One chunk in flight per shard: messages know no back-pressure, so the sender keeps it.
        await computed;
        for (long offset = 0; ; offset += TensorTransfer.ChunkElements)
        {
            long count = Math.Min(TensorTransfer.ChunkElements, range.Count - offset);
            byte[] chunk = await _device.RunAsync(() => TensorFrame.Encode(_parameters.Gradients.narrow(0, range.Offset + offset, count)));
            GradientPart part = Part(offset, new TensorMessage(chunk, 0));
            if (offset + count < range.Count)
            {
                await _shards[shard].PutChunk(part);
                continue;
            }

            return await Take(shard, await _shards[shard].Reduce(part));
        }
    }

    private async Task<Task> Take(int shard, TensorMessage first)
    {
        ShardRange range = _ranges[shard];
        if (first.Frame is null)
        {
            Incoming values = _transfer.Receive(first);
            if (_shared[shard])
            {
                return values.Made;
            }

            await values.ReadyFor(_device);
            Task copied = Copy(values, range.Offset, range.Count);
            return values.InStream(_device) ? copied : await Ended(copied);
        }

        TensorMessage message = first;
        for (long offset = 0; ; message = await _shards[shard].Values(_attempt, _transfer.Silo, offset))
        {
            long count = Math.Min(TensorTransfer.ChunkElements, range.Count - offset);
            await Copy(_transfer.Receive(message), range.Offset + offset, count);
            offset += count;
            if (offset >= range.Count)
            {
                return Task.CompletedTask;
            }
        }
    }

    private Task Copy(Incoming values, long offset, long count) =>
        _device.RunAsync(() => values.CopyTo(_parameters.Values.narrow(0, offset, count)));

    private static async Task<Task> Ended(Task task)
    {
        await task;
        return Task.CompletedTask;
    }
}
