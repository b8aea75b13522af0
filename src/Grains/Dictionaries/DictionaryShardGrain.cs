using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Models.Dictionaries;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>
/// Owns a block of atoms. Shards move their atoms one after the other, each going on from the dictionary that the one before has
/// left; the first goes on from the last.
/// </summary>
internal sealed class DictionaryShardGrain(SiloServices silo) : TrainingActor(silo), IDictionaryShardGrain
{
    private readonly UpdateReports<DictionaryStep> _reports = new();
    private readonly List<Outgoing> _lent = [];
    private DictionaryBlueprint? _blueprint;
    private DictionaryShard? _shard;
    private DictionarySnapshot? _snapshot;
    private ICoderGrain[] _coders = [];
    private IDictionaryShardGrain? _previous;
    private IDictionaryShardGrain? _last;
    private Task _moving = Task.CompletedTask;

    protected override DeviceThread? Device => _shard?.Device;

    /// <inheritdoc/>
    public async Task Open(OpenRequest request)
    {
        await Shut();
        DictionaryBlueprint blueprint = await Silo.Blueprints.Get<DictionaryBlueprint>(request.Experiment);
        DeviceThread device = DeviceOf(blueprint);
        string? checkpoint = request.Checkpoint is { } name ? Path.Combine(Silo.Run(request.Run).Checkpoints, name) : null;
        _shard = await device.RunAsync(() => new DictionaryShard(blueprint, request.Index, device, checkpoint, Book));
        _blueprint = blueprint;
        int shards = blueprint.File.Shards;
        IDictionaryShardGrain Sibling(int index) =>
            GrainFactory.GetGrain<IDictionaryShardGrain>(ActorKeys.Shard(request.Run, DictionaryModel.DictionaryRole, index));
        _previous = shards == 1 ? null : Sibling((request.Index + shards - 1) % shards);
        _last = request.Index == shards - 1 ? null : Sibling(shards - 1);
        _coders = [.. Enumerable.Range(0, blueprint.File.Replicas)
            .Select(coder => GrainFactory.GetGrain<ICoderGrain>(ActorKeys.Replica(request.Run, DictionaryModel.CoderRole, coder)))];
        Actor = new RunActor(request.Run, DictionaryModel.DictionaryRole, request.Index, request.At.Attempt);
    }

    /// <inheritdoc/>
    public async Task Step(StepId at, int pass)
    {
        Require(at.Attempt);
        DictionaryShard shard = _shard!;
        StatisticsMessage[] messages = pass > 0 ? [] : await Task.WhenAll(_coders.Select(coder =>
            coder.Statistics(at, shard.Block.First, shard.Block.Count, Silo.Transfer.Silo)));
        (Incoming Increment, Incoming Uses)[] statistics = [.. messages.Select(message => (Silo.Transfer.Receive(message.Increment), Silo.Transfer.Receive(message.Uses)))];
        Incoming? moved = await Ask(_previous, at);
        Incoming? before = _blueprint!.Options.Update == DictionaryUpdate.ProjectedGradient ? await Ask(_last, at) : null;
        Incoming[] inputs = [.. statistics.SelectMany(coder => new[] { coder.Increment, coder.Uses }), .. new[] { moved, before }.OfType<Incoming>()];
        foreach (Incoming input in inputs)
        {
            await input.ReadyFor(shard.Device);
        }

        foreach (Outgoing past in _lent)
        {
            past.Dispose();
        }

        _lent.Clear();
        Task<DictionaryStep> moving = shard.Device.RunAsync("dictionary.move", () => shard.Step(at.Step, statistics, moved, before));
        _moving = moving;
        if (pass == 0)
        {
            _reports.Add(at.Step, moving, moving);
        }

        if (!inputs.All(input => input.InStream(shard.Device)))
        {
            await moving;
        }
    }

    /// <inheritdoc/>
    public async Task<TensorMessage> Atoms(long attempt, string askerSilo)
    {
        Require(attempt);
        DictionaryShard shard = _shard!;
        Outgoing atoms = await Silo.Transfer.Pack(() => shard.Atoms_KD, _moving, shard.Device, askerSilo);
        _lent.Add(atoms);
        return atoms.Message;
    }

    /// <inheritdoc/>
    public Task<DictionaryStep[]> Report(StepId first, int count) => _reports.Take(first.Step, count, Require(first.Attempt), _ => 0);

    /// <inheritdoc/>
    public Task<byte[]> Sample(long attempt, int rows, int columns)
    {
        Require(attempt);
        DictionaryShard shard = _shard!;
        return shard.Device.RunAsync(() => shard.Mosaic(rows, columns));
    }

    /// <inheritdoc/>
    public async Task Snapshot(StepId at)
    {
        Require(at.Attempt);
        DictionaryShard shard = _shard!;
        DictionarySnapshot snapshot = await shard.Device.RunAsync(() => shard.Snapshot(at.Step));
        _snapshot?.Dispose();
        _snapshot = snapshot;
    }

    /// <inheritdoc/>
    public async Task<CheckpointFile> WriteSnapshot(StepId at, string checkpoint)
    {
        RunActor actor = Require(at.Attempt);
        DictionaryBlueprint blueprint = _blueprint!;
        using DictionarySnapshot snapshot = _snapshot is { } taken && taken.Step == at.Step
            ? taken
            : throw new StaleAttemptException($"{actor} has no snapshot of step {at.Step}");
        _snapshot = null;
        string folder = Path.Combine(Silo.Run(actor.Run).Checkpoints, checkpoint);
        return await Aside.Files.Run(() => DictionaryFile.Write(folder, blueprint, snapshot));
    }

    private async Task<Incoming?> Ask(IDictionaryShardGrain? shard, StepId at) =>
        shard is null ? null : Silo.Transfer.Receive(await shard.Atoms(at.Attempt, Silo.Transfer.Silo));

    protected override async Task Release()
    {
        _blueprint = null;
        _reports.Clear();
        _snapshot?.Dispose();
        _snapshot = null;
        foreach (Outgoing past in _lent)
        {
            past.Dispose();
        }

        _lent.Clear();
        _moving = Task.CompletedTask;
        if (_shard is { } shard)
        {
            _shard = null;
            await Free(shard.Device, shard.Dispose);
        }
    }
}
