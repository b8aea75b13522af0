using System.Diagnostics;
using System.Globalization;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// A contributor's side of the exchange, mostly a replica's: sends slice p of its gradient to shard p and takes the slice's new values back.
/// Reduce-scatter, sharded optimizer step and all-gather in one round trip. Where the file asks for local steps it makes those itself
/// and exchanges what they came to; where it asks for compression, <see cref="CompressedSlice"/> has the messages.
/// </summary>
internal sealed partial class ParameterExchange : IDisposable
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
    private readonly Func<string, IParameterShardGrain> _sequencer;
    private readonly bool[] _near;
    private readonly bool[] _shared;
    private readonly bool[] _apart;
    private readonly CompressedSlice?[] _compressed;
    private readonly GradientOffer?[] _offers;
    private readonly ValuesBack _values;
    private readonly RoleBlueprint _blueprint;
    private readonly OpenRequest _request;
    private readonly bool _skips;
    private readonly long _attempt;
    private readonly SignalBook _book;
    private readonly ScalarType? _wire;
    private LocalTraining? _training;
    private (long Update, Task[] Ready)? _queued;

    /// <param name="owner">The contributor; the exchange's state belongs to it.</param>
    /// <param name="request">What it was opened with.</param>
    /// <param name="blueprint">The run's.</param>
    /// <param name="device">The thread of the parameters.</param>
    /// <param name="parameters">What the contributor computes with.</param>
    /// <param name="actor">The contributor's name.</param>
    /// <param name="role">The role; null for the actor's own.</param>
    /// <param name="contributor">Its place among the role's contributors; null for its own index.</param>
    public ParameterExchange(
        TrainingActor owner, OpenRequest request, Blueprint blueprint, DeviceThread device, FlatParameters parameters, RunActor actor,
        string? role = null, int? contributor = null)
    {
        SiloServices silo = _silo = owner.Services;
        int shards = blueprint.File.Shards;
        _actor = actor;
        _request = request;
        _role = role ?? actor.Role;
        _blueprint = blueprint.Role(_role);
        _skips = blueprint.File.OnNonFinite == NonFiniteAction.Skip;
        _wire = WireRounding.Type(blueprint.File.Exchange.Precision);
        _local = silo.Tensors;
        _transfer = silo.Transfer;
        _device = device;
        _parameters = parameters;
        _contributor = contributor ?? actor.Index;
        _attempt = actor.Attempt;
        _book = owner.Book;
        _ranges = parameters.Layout.Shards(shards);
        _shards = [.. Enumerable.Range(0, shards).Select(shard => owner.Grains.GetGrain<IParameterShardGrain>(ActorKeys.Shard(actor.Run, _role, shard)))];
        _sequencer = first => owner.Grains.GetGrain<IParameterShardGrain>(ActorKeys.Shard(actor.Run, first, 0));
        _near = new bool[shards];
        _shared = new bool[shards];
        _apart = new bool[shards];
        _compressed = new CompressedSlice?[shards];
        _offers = new GradientOffer?[shards];
        _values = new ValuesBack(_shards, _ranges, _shared, parameters, device, _transfer, _attempt);
        owner.Own(this);
    }

    /// <summary>
    /// Fills the parameters from the shards and learns which of them are on this silo. The first contributor shares its
    /// memory with those on its own device thread. What the exchange remembers comes from the contributor's own file.
    /// </summary>
    public async Task Pull()
    {
        await Task.WhenAll(Enumerable.Range(0, _shards.Length).Select(Pull));
        await _device.RunAsync(() =>
        {
            _training = _blueprint.Local is { } local ? new LocalTraining(_blueprint, local, _parameters, _skips) : null;
            for (int shard = 0; shard < _shards.Length; shard++)
            {
                _compressed[shard] = Compressed(shard);
                _offers[shard] = Offered(shard);
            }

            if (_request.Checkpoint is { } checkpoint && Remembered().Any())
            {
                ExchangeState.Read(Path.Combine(_silo.Run(_actor.Run).Checkpoints, checkpoint), _blueprint, _contributor, Remembered(), _training);
            }
        });
    }

    /// <summary>Copies aside what the exchange remembers from update to update; null where it remembers nothing.</summary>
    public Task<ExchangeState?> Snapshot(long step) => _device.RunAsync(() =>
        Remembered().Any() ? ExchangeState.Of(_blueprint, _contributor, step, Remembered(), _training?.Optimizer.Steps ?? 0) : null);

    /// <summary>Frees what it remembers; on the device's thread.</summary>
    public void Dispose()
    {
        foreach (CompressedSlice? slice in _compressed)
        {
            slice?.Dispose();
        }

        foreach (GradientOffer? offer in _offers)
        {
            offer?.Dispose();
        }

        _training?.Dispose();
        _sum?.Dispose();
    }

    /// <summary>
    /// Where a backward pass is worth an end of a part: the slices from there on then leave for other silos while the rest is computed.
    /// Empty where nothing leaves beside the messages, and where a slice's gradient is not final with the pass, or the slice may step by
    /// tensor operations while the pass still runs: autograd refuses values whose neighbours in the flat buffer were changed by those.
    /// </summary>
    public IEnumerable<long> Cuts => _training is null && _sum is null && _blueprint.ClampValues <= 0 && Array.Exists(_offers, static offer => offer is not null)
        ? _ranges.Skip(1).Select(range => range.Offset)
        : [];

    /// <summary>
    /// Queues the work that makes an update's gradient, part by part; a slice that is final leaves before the next part begins.
    /// <see cref="Step"/> follows.
    /// </summary>
    /// <returns>Gives what the update tells when all of its gradient is computed.</returns>
    public Task<T> Learn<T>(string label, long update, LearningParts<T> learning)
    {
        Task[] ready = new Task[_shards.Length];
        bool leaves = _training is null && _sum is null; // else what leaves is made of the whole later
        Task<T> first = _device.RunAsync(label, learning.First);
        Task last = first;
        for (int part = 0; part < learning.From.Count; part++)
        {
            if (part > 0)
            {
                (int turn, Task before) = (part, last);
                last = _device.RunAsync(label, () =>
                {
                    before.GetAwaiter().GetResult();
                    learning.Passes!.Backward(turn);
                });
            }

            for (int shard = 0; leaves && shard < _shards.Length; shard++)
            {
                if (ready[shard] is null && _ranges[shard].Offset >= learning.From[part])
                {
                    ready[shard] = Ready(shard, update, last);
                }
            }
        }

        _queued = leaves ? (update, ready) : null;
        return last == first ? first : Told();

        async Task<T> Told()
        {
            await last;
            return await first;
        }
    }

    /// <summary>Exchanges the flat gradient for new values. All contributors of the role must call it for the same update.</summary>
    /// <param name="at">Attempt and step.</param>
    /// <param name="update">Which update of the role this is.</param>
    /// <param name="computed">The work that makes the gradient, as the device's thread gave it.</param>
    /// <returns>
    /// Ends when the next work may be queued behind the exchange; the task in it ends when the new values are in place.
    /// </returns>
    public async Task<Task> Step(StepId at, long update, Task computed)
    {
        if (_training is not { } training)
        {
            return await Exchange(at, update, computed);
        }

        Task stepped = _device.RunAsync("replica.step", () =>
        {
            computed.GetAwaiter().GetResult();
            training.Step(_actor, at.Step);
        });
        long every = _blueprint.Local!.Every;
        if ((update + 1) % every != 0)
        {
            return stepped;
        }

        Task moved = _device.RunAsync("replica.difference", () =>
        {
            stepped.GetAwaiter().GetResult();
            training.Difference();
        });
        Task applied = await Exchange(at, update / every, moved);
        return _device.RunAsync("replica.meet", () =>
        {
            applied.GetAwaiter().GetResult();
            training.Meet();
        });
    }

    private async Task<Task> Exchange(StepId at, long update, Task computed)
    {
        using Activity? span = StepTraces.Source.HasListeners() && Activity.Current is { Recorded: true }
            ? StepTraces.Source.StartActivity(TelemetryNames.ReduceSpan)?.SetTag(TelemetryNames.Role, _role).SetTag(TelemetryNames.Step, at.Step)
            : null;
        long began = _silo.Time.GetTimestamp();
        if (_sum is { } sum)
        {
            Task summed = await sum.Step(at, update, computed, (shard, made) => StepAverage(shard, at, update, made));
            _silo.Meter.Exchange(_actor, _role, 2 * _parameters.Values.NumberOfElements * _parameters.Values.ElementSize, _silo.Time.GetElapsedTime(began).TotalSeconds);
            return summed;
        }

        Task[] ready = _queued is { } queued && queued.Update == update
            ? queued.Ready
            : [.. Enumerable.Range(0, _shards.Length).Select(shard => Ready(shard, update, computed))];
        _queued = null;
        Task<long>? stamped = Array.Exists(_apart, static apart => apart) ? Stamp(computed) : null;
        Task applied = _shards.Length == 1
            ? await StepSlice(0, at, update, ready[0])
            : Task.WhenAll(await Task.WhenAll(Enumerable.Range(0, _shards.Length).Select(shard => StepSlice(shard, at, update, ready[shard]))));
        long bytes = Enumerable.Range(0, _shards.Length).Sum(shard => _compressed[shard]?.Bytes ?? 2 * _ranges[shard].Count * _parameters.Values.ElementSize);
        _silo.Meter.Exchange(_actor, _role, bytes, _silo.Time.GetElapsedTime(began).TotalSeconds);
        if (stamped is { IsCompletedSuccessfully: true })
        {
            // Slices that are in the device's own queue are no exchange: nothing moves, and the queue orders the rest.
            string key = $"{_role}/{_actor.Role}/{_actor.Index}";
            _book.Add(Totals.Wait, key, _silo.Time.GetElapsedTime(stamped.Result).TotalSeconds);
            _book.Add(Totals.Exchanges, key, 1);
            _book.Add(Totals.Bytes, key, Enumerable.Range(0, _shards.Length).Sum(shard =>
                _compressed[shard]?.Bytes ?? (_apart[shard] ? 2 * _ranges[shard].Count * _parameters.Values.ElementSize : 0)));
        }

        return applied;
    }

    private Task<long> Stamp(Task computed) => computed.ContinueWith(
        static (_, time) => ((TimeProvider)time!).GetTimestamp(), _silo.Time, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private async Task Pull(int shard)
    {
        TensorMessage values = await _shards[shard].Values(_attempt, _transfer.Silo, 0);
        _near[shard] = values is { Frame: null, Bulk: null };
        _apart[shard] = !_near[shard] || !_transfer.Receive(values).InStream(_device);
        await await _values.Take(shard, values);
        if (_near[shard] && _contributor == 0 && _blueprint.Local is null)
        {
            ShardRange range = _ranges[shard];
            using LocalTensors.Loan memory = _local.Lend(() => _parameters.Values.narrow(0, range.Offset, range.Count), Task.CompletedTask, _device);
            _shared[shard] = await _shards[shard].Adopt(_attempt, new TensorMessage(null, memory.Ticket));
        }
    }

    /// <summary>
    /// Queues, right behind the work that makes a slice's gradient, what it needs before it may leave: what the contributor queues next
    /// must not hold it up.
    /// </summary>
    private Task Ready(int shard, long update, Task computed) =>
        _near[shard] && _compressed[shard] is null && _wire is { } rounded
            ? _device.RunAsync("exchange.round", () => WireRounding.InPlace(computed, Gradient(_ranges[shard]), rounded))
        : _offers[shard] is { } offer
            ? _device.RunAsync("exchange.pack", () =>
            {
                computed.GetAwaiter().GetResult();
                offer.Send(update);
            })
        : computed;

    private async Task<Task> StepSlice(int shard, StepId at, long update, Task ready)
    {
        GradientPart Part(long offset, TensorMessage gradient) => new(at, update, _contributor, _transfer.Silo, offset, gradient);
        ShardRange range = _ranges[shard];
        if (_compressed[shard] is { } compressed)
        {
            await ready;
            await compressed.Step(at, update, _contributor);
            return Task.CompletedTask;
        }

        if (_near[shard])
        {
            using LocalTensors.Loan loan = _local.Lend(() => Gradient(range), ready, _device);
            return await _values.Take(shard, await _shards[shard].Reduce(Part(0, new TensorMessage(null, loan.Ticket))));
        }

        if (_offers[shard] is { } offer)
        {
            // Message, answer and the request for the new values run ahead of the arithmetic: when the gradient is there, only bytes have
            // to travel, and none come back before it is. Where it fails to be computed the offer stays as it is, so that this failure is
            // told and not that of somebody who waits for it.
            Task<Task> taking = Exchanged(offer.Message(update));
            await Together.All(ready, taking);
            return await taking;
        }

        async Task<Task> Exchanged(TensorMessage gradient) => await _values.Take(shard, await _shards[shard].Reduce(Part(0, gradient)));

        if (_transfer.GoesBeside(range.Count * WireType.SizeOf(_wire ?? _parameters.Gradients.dtype)))
        {
            using Outgoing beside = await _device.RunAsync("exchange.pack", () =>
            {
                ready.GetAwaiter().GetResult();
                return _transfer.Offer(WireRounding.Of(Gradient(range), _wire));
            });
            return await _values.Take(shard, await _shards[shard].Reduce(Part(0, beside.Message)));
        }

        // One chunk in flight per shard: messages know no back-pressure, so the sender keeps it.
        for (long offset = 0; ; offset += TensorTransfer.ChunkElements)
        {
            long count = Math.Min(TensorTransfer.ChunkElements, range.Count - offset);
            byte[] chunk = await _device.RunAsync("exchange.pack", () =>
            {
                ready.GetAwaiter().GetResult();
                return TensorFrame.Encode(WireRounding.Of(Gradient(range).narrow(0, offset, count), _wire));
            });
            GradientPart part = Part(offset, new TensorMessage(chunk, 0));
            if (offset + count < range.Count)
            {
                await _shards[shard].PutChunk(part);
                continue;
            }

            return await _values.Take(shard, await _shards[shard].Reduce(part));
        }
    }

    /// <summary>What the exchange remembers, under the names of the contributor's file.</summary>
    private IEnumerable<NamedTensor> Remembered() => (_training?.State ?? []).Concat(
        _compressed.SelectMany((slice, shard) => (slice?.State ?? []).Select(tensor => tensor with { Name = string.Create(CultureInfo.InvariantCulture, $"{tensor.Name}.{shard}") })));

    private CompressedSlice? Compressed(int shard)
    {
        ShardRange range = _ranges[shard];
        if (Compressions.Codec(_blueprint, range, _device.Device, _wire ?? _blueprint.Type, contributes: true) is not { } codec)
        {
            return null;
        }

        ShardSlice? mirror = null;
        if (!_shared[shard])
        {
            mirror = ShardSlice.Create(_blueprint, shard, _shards.Length, _device, _local);
            if (_request.Checkpoint is { } checkpoint)
            {
                ShardFile.Read(Path.Combine(_silo.Run(_actor.Run).Checkpoints, checkpoint, ShardFile.Name(_role, shard, _shards.Length)), mirror);
            }

            mirror.MoveTo((_training?.Start ?? _parameters.Values).narrow(0, range.Offset, range.Count).DetachFromDisposeScope());
        }

        Func<Tensor>? values = _training is null ? null : () => _parameters.Values.narrow(0, range.Offset, range.Count);
        return new CompressedSlice(codec, mirror, _shards[shard], () => Gradient(range), values, _device, _transfer);
    }

    /// <summary>What a slice's gradient is fetched from beside the messages; null where it goes another way. On the device's thread.</summary>
    private GradientOffer? Offered(int shard)
    {
        ShardRange range = _ranges[shard];
        return !_near[shard] && _compressed[shard] is null && _device.Device.type == TorchSharp.DeviceType.CPU
            && _transfer.GoesBeside(range.Count * WireType.SizeOf(_wire ?? _parameters.Gradients.dtype))
            ? new GradientOffer(_transfer, Gradient(range), _wire)
            : null;
    }

    private Tensor Gradient(ShardRange range) => _parameters.Gradients.narrow(0, range.Offset, range.Count);
}
