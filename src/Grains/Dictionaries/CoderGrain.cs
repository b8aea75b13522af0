using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Models.Dictionaries;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>One coder: infers the codes of its minibatch with the newest dictionary, and keeps their statistics for the shards.</summary>
internal sealed class CoderGrain(SiloServices silo) : TrainingActor(silo), ICoderGrain
{
    private readonly UpdateReports<CoderStep> _reports = new();
    private readonly List<Outgoing> _lent = [];
    private CoderReplica? _replica;
    private ParameterExchange? _exchange;
    private IDictionaryShardGrain? _dictionary;
    private Task<CoderStep>? _coding;
    private Task _ahead = Task.CompletedTask;
    private CoderState? _snapshot;
    private DictionaryBlueprint? _blueprint;
    private int _asked;

    protected override DeviceThread? Device => _replica?.Device;

    protected override InputClock? Input => _replica?.Input;

    /// <inheritdoc/>
    public async Task Open(OpenRequest request)
    {
        await Shut();
        DictionaryBlueprint blueprint = await Silo.Blueprints.Get<DictionaryBlueprint>(request.Experiment);
        RunActor actor = new(request.Run, DictionaryModel.CoderRole, request.Index, request.At.Attempt);
        DeviceThread device = DeviceOf(blueprint);
        CoderReplica replica = _replica = await device.RunAsync(() => new CoderReplica(blueprint, request.Index, device));
        int shards = blueprint.File.Shards;
        if (replica.Encoder is { } encoder)
        {
            _exchange = new ParameterExchange(this, request, blueprint, device, encoder, actor, DictionaryModel.EncoderRole, request.Index);
            await _exchange.Pull();
        }

        _dictionary = GrainFactory.GetGrain<IDictionaryShardGrain>(ActorKeys.Shard(request.Run, DictionaryModel.DictionaryRole, shards - 1));
        _blueprint = blueprint;
        if (replica.Ring is { } ring)
        {
            await Fill(ring, request);
        }

        Actor = actor;
    }

    /// <inheritdoc/>
    public async Task Step(StepId at)
    {
        Require(at.Attempt);
        CoderReplica replica = _replica!;
        Incoming atoms = Silo.Transfer.Receive(await _dictionary!.Atoms(at.Attempt, Silo.Transfer.Silo));
        await atoms.ReadyFor(replica.Device);
        TakeBack();
        if (replica.Ring is { } ring)
        {
            // The dictionary moves once this answers: the copy is what the minibatch of a later step is coded with.
            Task made = _ahead;
            Task<CoderStep> taking = _coding = replica.Device.RunAsync("coder.take", () =>
            {
                made.GetAwaiter().GetResult();
                ring.Keep(atoms);
                return ring.Take(at.Step);
            });
            _asked = 0;
            _reports.Add(at.Step, taking, taking);
            if (!atoms.InStream(replica.Device))
            {
                await taking;
            }

            return;
        }

        Task<CoderStep> coding = _coding = replica.Device.RunAsync("coder.infer", () => replica.Code(at.Step, atoms));
        _reports.Add(at.Step, coding, _exchange is null ? coding : await _exchange.Step(at, at.Step, coding));
        if (!atoms.InStream(replica.Device))
        {
            // The dictionary moves once this answers.
            await coding;
        }
    }

    /// <inheritdoc/>
    public async Task<StatisticsMessage> Statistics(StepId at, int first, int count, string askerSilo)
    {
        Require(at.Attempt);
        CoderReplica replica = _replica!;
        CodeStatistics Now() => replica.Ring is { } ring ? ring.Due(at.Step) : replica.Statistics!;
        Outgoing increment = await Silo.Transfer.Pack(() => Now().Increment_KE.narrow(0, first, count), _coding!, replica.Device, askerSilo);
        _lent.Add(increment);
        Outgoing uses = await Silo.Transfer.Pack(() => Now().Uses_K, _coding!, replica.Device, askerSilo);
        _lent.Add(uses);
        if (replica.Ring is not null && ++_asked == _blueprint!.File.Shards)
        {
            // Not before: what goes to other silos is packed on the same thread.
            _ahead = replica.Device.RunAsync("coder.infer", () => replica.CodeAhead(at.Step, at.Step + _blueprint.Model.Staleness));
        }

        return new StatisticsMessage(increment.Message, uses.Message);
    }

    /// <inheritdoc/>
    public async Task Snapshot(StepId at)
    {
        RunActor actor = Require(at.Attempt);
        CoderReplica replica = _replica!;
        DictionaryBlueprint blueprint = _blueprint!;
        await _ahead;
        CoderState snapshot = await replica.Device.RunAsync(() => CoderState.Of(blueprint, actor.Index, at.Step, replica.Ring!));
        _snapshot?.Dispose();
        _snapshot = snapshot;
    }

    /// <inheritdoc/>
    public async Task<CheckpointFile> WriteSnapshot(StepId at, string checkpoint)
    {
        RunActor actor = Require(at.Attempt);
        using CoderState snapshot = _snapshot is { } taken && taken.Step == at.Step
            ? taken
            : throw new StaleAttemptException($"{actor} has no snapshot of step {at.Step}");
        _snapshot = null;
        string folder = Path.Combine(Silo.Run(actor.Run).Checkpoints, checkpoint);
        return await Aside.Files.Run(() => snapshot.Write(folder));
    }

    /// <inheritdoc/>
    public Task<CoderStep[]> Report(StepId first, int count) =>
        _reports.Take(first.Step, count, Require(first.Attempt), step => step.Objective + step.PredictionLoss);

    /// <summary>What waits for the first steps: a checkpoint's, or made with the first dictionary.</summary>
    private async Task Fill(StatisticsRing ring, OpenRequest request)
    {
        CoderReplica replica = _replica!;
        DictionaryBlueprint blueprint = _blueprint!;
        long step = request.At.Step;
        if (request.Checkpoint is { } name)
        {
            string folder = Path.Combine(Silo.Run(request.Run).Checkpoints, name);
            await replica.Device.RunAsync(() => CoderState.Read(folder, blueprint, request.Index, step, ring));
            return;
        }

        Incoming atoms = Silo.Transfer.Receive(await _dictionary!.Atoms(request.At.Attempt, Silo.Transfer.Silo));
        await atoms.ReadyFor(replica.Device);
        await replica.Device.RunAsync(() => ring.Keep(atoms));
        for (long due = step; due < step + blueprint.Model.Staleness; due++)
        {
            long now = due;
            await replica.Device.RunAsync("coder.infer", () => replica.CodeAhead(step, now));
        }
    }

    private void TakeBack()
    {
        foreach (Outgoing past in _lent)
        {
            past.Dispose();
        }

        _lent.Clear();
    }

    protected override async Task Release()
    {
        _exchange = null;
        _coding = null;
        _ahead = Task.CompletedTask;
        _snapshot?.Dispose();
        _snapshot = null;
        _reports.Clear();
        TakeBack();
        if (_replica is { } replica)
        {
            _replica = null;
            await Free(replica.Device, replica.Dispose);
        }
    }
}
