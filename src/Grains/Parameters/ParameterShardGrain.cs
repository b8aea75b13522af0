using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Numerics;
using Orleans.Concurrency;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// One slice of a role's parameters. Reentrant, because the gradients of all replicas must come in while the first of
/// them waits; the slice changes only on the device's thread, in the order of updates.
/// </summary>
[Reentrant]
internal sealed class ParameterShardGrain(SiloServices silo) : TrainingActor(silo), IParameterShardGrain
{
    private readonly Dictionary<long, ReduceRound> _rounds = [];
    private Blueprint? _blueprint;
    private ShardSlice? _slice;
    private ShardSnapshot? _snapshot;
    private ShardSnapshot? _spare;
    private int _writing;
    private CompressedReduce? _compressed;
    private SumTurns _turns = new();
    private IParameterShardGrain[] _siblings = [];

    protected override DeviceThread? Device => _slice?.Device;

    /// <inheritdoc/>
    public async Task Open(ShardOpenRequest request)
    {
        await Shut();
        OpenRequest common = request.Common;
        Blueprint blueprint = await Silo.Blueprints.Get(common.Experiment);
        DeviceThread device = DeviceOf(blueprint);
        int shards = blueprint.File.Shards;
        RoleBlueprint role = blueprint.Role(request.Role);
        ShardSlice slice = await device.RunAsync(() => ShardSlice.Create(role, common.Index, shards, device, Silo.Tensors));
        slice.Wire = WireRounding.Type(blueprint.File.Exchange.Precision) ?? slice.Values.dtype;
        _slice = slice;
        _blueprint = blueprint;
        _siblings = [.. Enumerable.Range(0, shards).Select(shard => GrainFactory.GetGrain<IParameterShardGrain>(ActorKeys.Shard(common.Run, request.Role, shard)))];
        if (common.Checkpoint is { } checkpoint)
        {
            string path = Path.Combine(Silo.Run(common.Run).Checkpoints, checkpoint, ShardFile.Name(role.Name, common.Index, shards));
            await device.RunAsync(() => ShardFile.Read(path, slice));
        }

        _compressed = Compressions.Codec(role, slice.Range, device.Device, slice.Wire, contributes: false) is { } codec
            ? new CompressedReduce(slice, codec, Silo.Transfer, Scale, Measure)
            : null;
        Actor = new RunActor(common.Run, request.Role, common.Index, common.At.Attempt);
    }

    /// <inheritdoc/>
    public Task<TensorMessage> Values(long attempt, string askerSilo, long offset)
    {
        Require(attempt);
        ShardSlice slice = _slice!;
        return askerSilo == Silo.Tensors.Silo ? Task.FromResult(slice.Lent)
            : Silo.Transfer.GoesBeside(slice.Values) ? slice.Device.RunAsync(() =>
            {
                (BulkOffer offer, TensorMessage message) = slice.Hand(Silo.Transfer);
                offer.Fill(0, offer.Bytes);
                return message;
            })
            : slice.Device.RunAsync(() => new TensorMessage(
                TensorFrame.Encode(slice.Values.narrow(0, offset, Math.Min(TensorTransfer.ChunkElements, slice.Range.Count - offset))), 0));
    }

    /// <inheritdoc/>
    public async Task<bool> Adopt(long attempt, TensorMessage memory)
    {
        Require(attempt);
        ShardSlice slice = _slice!;
        Incoming offered = Silo.Transfer.Receive(memory);
        if (!offered.InStream(slice.Device))
        {
            return false;
        }

        await slice.Device.RunAsync(() => slice.MoveTo(offered.Open(slice.Device.Device).DetachFromDisposeScope()));
        return true;
    }

    /// <inheritdoc/>
    public Task PutChunk(GradientPart part) => Round(part.At.Attempt, part.Update).PutChunk(part);

    /// <inheritdoc/>
    public async Task<TensorMessage> Reduce(GradientPart part)
    {
        ReduceRound round = Round(part.At.Attempt, part.Update);
        if (await round.Put(part))
        {
            await Finish(round, part.At);
        }
        else
        {
            await round.Answerable;
        }

        if (round.Promised(part.Replica) is { } promised)
        {
            return promised;
        }

        await round.Stepped;
        return await Values(part.At.Attempt, part.Silo, 0);
    }

    /// <inheritdoc/>
    public Task<string> Where(long attempt)
    {
        Require(attempt);
        return Task.FromResult(Silo.Transfer.Silo);
    }

    /// <inheritdoc/>
    public Task<MixedMessage> Mix(CompressedPart part)
    {
        Require(part.At.Attempt);
        return _compressed!.Mix(part);
    }

    /// <inheritdoc/>
    public Task<long> Turn(long attempt, string role, long update, int contributor, int[] lanes)
    {
        Require(attempt);
        return Task.FromResult(_turns.Take(role, update, contributor, lanes));
    }

    /// <inheritdoc/>
    public Task<double> SumOfSquares(long attempt, long update) => Round(attempt, update).SumOfSquares;

    /// <inheritdoc/>
    public async Task Snapshot(StepId at)
    {
        Require(at.Attempt);
        ShardSlice slice = _slice!;
        _snapshot?.Dispose();
        _snapshot = null;

        // What is being written may share the spare one's memory, where no step lay between the two.
        ShardSnapshot? spare = _writing == 0 ? _spare : null;
        _spare = spare is null ? _spare : null;
        ShardSnapshot snapshot = await slice.Device.RunAsync(() => ShardSnapshot.Of(slice, at.Step, spare));
        _snapshot?.Dispose();
        _snapshot = snapshot;
    }

    /// <inheritdoc/>
    public async Task<CheckpointFile> WriteSnapshot(StepId at, string checkpoint)
    {
        RunActor actor = Require(at.Attempt);
        ShardSlice slice = _slice!;
        ShardSnapshot snapshot = _snapshot is { } taken && taken.Step == at.Step
            ? taken
            : throw new StaleAttemptException($"{actor} has no snapshot of step {at.Step}");
        _snapshot = null;
        string folder = Path.Combine(Silo.Run(actor.Run).Checkpoints, checkpoint);
        _writing++;
        try
        {
            await snapshot.Copied;
            return await Aside.Files.Run(() => ShardFile.Write(folder, snapshot));
        }
        finally
        {
            _writing--;
            if (_slice == slice && _spare is null)
            {
                _spare = snapshot;
            }
            else
            {
                snapshot.Dispose();
            }
        }
    }

    /// <summary>
    /// Steps the slice once all gradients are in: queues the step where they are all on its own device thread, so that
    /// the replicas can queue their next work behind it, and waits for it otherwise. With clipping, and where updates that are not
    /// finite are skipped, every shard first tells the others its share of the global norm, and the shares are added in shard order.
    /// </summary>
    private async Task Finish(ReduceRound round, StepId at)
    {
        try
        {
            Note(round, at.Step);
            if (AsTheyCome && round.Beside && _slice!.Optimizer.StepsInParts)
            {
                // The values leave bucket by bucket as they are stepped, while other gradients still come in.
                await round.Promise();
                _slice.Renew(round.StepInParts(at.Step));
            }
            else if (AsTheyCome)
            {
                await round.Gather();
                bool inStream = round.InStream;
                Task stepping = round.Step(1, at.Step);
                _slice!.Renew(stepping);
                await (inStream ? Task.CompletedTask : stepping);
            }
            else
            {
                await round.Gather();
                double? scale = await Scale(round, at, await round.Norm());
                await (scale is { } factor ? round.Step(factor, at.Step) : round.Drop());
            }

            round.Answer();
        }
        catch (Exception problem)
        {
            round.Fail(problem);
            throw;
        }
    }

    /// <summary>Notes who was late and, in a step that reports, how large it is. Of a step's several updates the last one counts.</summary>
    private void Note(ReduceRound round, long step)
    {
        Blueprint blueprint = _blueprint!;
        string role = _slice!.Role.Name;
        _ = round.Arrivals.Add(Book, contributor => $"{role}/{blueprint.Contributor(role, contributor)}");
        round.Measured = Measure(step);
    }

    /// <summary>What takes the norms of an update; null where the step does not report.</summary>
    private Action<UpdateNorms>? Measure(long step) => _slice is { Role: { IsTrained: true, Name: var role } } && _blueprint!.IsReported(step)
        ? norms => Book.Note(step, RoleSignals.RawName(role), norms.Gradient, norms.Change, norms.Values)
        : null;

    /// <summary>Whether a gradient steps as it is, so that its norm need not be known before.</summary>
    private bool AsTheyCome => _slice!.Role.ClipNorm <= 0 && _blueprint!.File.OnNonFinite != NonFiniteAction.Skip;

    /// <summary>The factor of a compressed update, whose norm is asked for only where it is needed.</summary>
    private async Task<double?> Scale(StepId at, long update, Func<Task<double>> norm)
    {
        if (AsTheyCome)
        {
            return 1;
        }

        ReduceRound round = Round(at.Attempt, update);
        try
        {
            return await Scale(round, at, await norm());
        }
        catch (Exception problem)
        {
            round.Fail(problem);
            throw;
        }
    }

    /// <summary>What the averaged gradient is multiplied by, from the norm over all shards; null where the update is left out.</summary>
    private async Task<double?> Scale(ReduceRound round, StepId at, double sumOfSquares)
    {
        double limit = _slice!.Role.ClipNorm;
        round.Publish(sumOfSquares);
        double[] shares = await Task.WhenAll(_siblings.Select((shard, index) =>
            index == Actor!.Index ? round.SumOfSquares : shard.SumOfSquares(at.Attempt, round.Update)));
        double total = 0;
        foreach (double share in shares)
        {
            total += share;
        }

        return double.IsFinite(total) ? limit > 0 ? GradientNorm.ClipScale(total, limit) : 1
            : _blueprint!.File.OnNonFinite == NonFiniteAction.Skip ? null
            : throw new NonFiniteException($"the gradient norm of {Actor!.Role} is {Math.Sqrt(total)} at step {at.Step}", at.Step);
    }

    /// <summary>The round of an update, made by whoever needs it first. The one before stays for a sibling that asks late.</summary>
    private ReduceRound Round(long attempt, long update)
    {
        Require(attempt);
        if (!_rounds.TryGetValue(update, out ReduceRound? round))
        {
            round = new ReduceRound(_slice!, Silo.Transfer, update, _slice!.Role.Contributors, new Arrivals(Silo.Time, _slice.Role.Contributors));
            _rounds.Add(update, round);
            _rounds.Remove(update - 2);
        }

        return round;
    }

    protected override async Task Release()
    {
        _blueprint = null;
        _turns = new SumTurns();
        _siblings = [];
        _snapshot?.Dispose();
        _snapshot = null;
        _spare?.Dispose();
        _spare = null;
        ReduceRound[] rounds = [.. _rounds.Values];
        _rounds.Clear();
        StaleAttemptException gone = new($"{this.GetPrimaryKeyString()} was closed");
        foreach (ReduceRound round in rounds)
        {
            round.Fail(gone);
        }

        CompressedReduce? compressed = _compressed;
        _compressed = null;
        compressed?.Fail(gone);
        if (_slice is { } slice)
        {
            _slice = null;
            await Free(slice.Device, () =>
            {
                foreach (ReduceRound round in rounds)
                {
                    round.Dispose();
                }

                compressed?.Dispose();
                slice.Dispose();
            });
        }
    }
}
