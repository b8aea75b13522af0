using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>One pool of persistent particles: the model's half of the gradient.</summary>
internal sealed class ChainGrain(SiloServices silo) : TrainingActor(silo), IChainGrain
{
    private readonly UpdateReports<ChainStep> _reports = new();
    private RbmBlueprint? _blueprint;
    private ChainPool? _pool;
    private RbmExchange? _exchange;
    private ChainState? _snapshot;

    protected override DeviceThread? Device => _pool?.Device;

    /// <inheritdoc/>
    public async Task Open(OpenRequest request)
    {
        await Shut();
        RbmBlueprint blueprint = await Silo.Blueprints.Get<RbmBlueprint>(request.Experiment);
        RunActor actor = new(request.Run, RbmModel.ChainRole, request.Index, request.At.Attempt);
        int contributor = blueprint.File.Replicas + request.Index;
        DeviceThread device = DeviceOf(blueprint);
        ChainPool pool = _pool = await device.RunAsync(() => new ChainPool(blueprint, request.Index, device, Book));
        _exchange = new RbmExchange(this, request, blueprint, device, pool.Parameters, pool.Offsets, actor, contributor);
        await _exchange.Pull();
        CheckpointFolder? checkpoint = request.Checkpoint is { } name ? new CheckpointFolder(Silo.Run(request.Run), name) : null;
        await device.RunAsync(() =>
        {
            if (checkpoint is not null)
            {
                ChainState.Read(checkpoint, blueprint, request.Index, pool);
            }

            pool.Resume(request.At.Step, loaded: checkpoint is not null);
        });
        _reports.Follow(blueprint.File.OnNonFinite);
        _blueprint = blueprint;
        Actor = actor;
    }

    /// <inheritdoc/>
    public async Task Step(StepId at)
    {
        Require(at.Attempt);
        ChainPool pool = _pool!;
        Task<ChainStep> learning = pool.Staleness == 0
            ? pool.Device.RunAsync("chain.sweep", () => pool.Learn(at.Step))
            : pool.Device.RunAsync("chain.take", () => pool.Take(at.Step));
        Task<Task> exchanging = _exchange!.Step(at, learning);
        if (pool.Staleness > 0)
        {
            // What is sent now was made before, and has been queued for packing; what is made now need not be waited for.
            _ = pool.Device.RunAsync("chain.sweep", () => pool.Refill(at.Step));
        }

        _reports.Add(at.Step, learning, await exchanging);
    }

    /// <inheritdoc/>
    public Task<ChainStep[]> Report(StepId first, int count) =>
        _reports.Take(first.Step, count, Require(first.Attempt), report => report.HiddenActivity);

    /// <inheritdoc/>
    public async Task<byte[]> Sample(long attempt, int rows, int columns)
    {
        Require(attempt);
        ChainPool pool = _pool!;
        float[] pixels = await pool.Device.RunAsync(() => pool.Sample(rows * columns));
        return await Task.Run(() => RbmPictures.Grid(_blueprint!, pixels, rows, columns));
    }

    /// <inheritdoc/>
    public async Task Snapshot(StepId at)
    {
        Require(at.Attempt);
        ChainPool pool = _pool!;
        ChainState snapshot = await pool.Device.RunAsync(() => ChainState.Of(pool, at.Step));
        _snapshot?.Dispose();
        _snapshot = snapshot;
    }

    /// <inheritdoc/>
    public async Task<CheckpointFile> WriteSnapshot(StepId at, string checkpoint)
    {
        RunActor actor = Require(at.Attempt);
        using ChainState snapshot = _snapshot is { } taken && taken.Step == at.Step
            ? taken
            : throw new StaleAttemptException($"{actor} has no snapshot of step {at.Step}");
        _snapshot = null;
        string folder = Path.Combine(Silo.Run(actor.Run).Checkpoints, checkpoint);
        RbmBlueprint blueprint = _blueprint!;
        return await Aside.Files.Run(() => snapshot.Write(folder, blueprint, actor.Index));
    }

    protected override async Task Release()
    {
        _exchange = null;
        _blueprint = null;
        _reports.Clear();
        _snapshot?.Dispose();
        _snapshot = null;
        if (_pool is { } pool)
        {
            _pool = null;
            await Free(pool.Device, pool.Dispose);
        }
    }
}
