using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>One data replica of a Boltzmann machine: its half of the gradient, or both without persistent chains.</summary>
internal sealed class BoltzmannGrain(SiloServices silo) : TrainingActor(silo), IBoltzmannGrain
{
    private readonly UpdateReports<BoltzmannStep> _reports = new();
    private RbmBlueprint? _blueprint;
    private BoltzmannReplica? _replica;
    private RbmExchange? _exchange;

    protected override DeviceThread? Device => _replica?.Device;

    /// <inheritdoc/>
    public async Task Open(OpenRequest request)
    {
        await Shut();
        RbmBlueprint blueprint = await Silo.Blueprints.Get<RbmBlueprint>(request.Experiment);
        RunActor actor = new(request.Run, RbmModel.BoltzmannRole, request.Index, request.At.Attempt);
        DeviceThread device = DeviceOf(blueprint);
        _replica = await device.RunAsync(() => new BoltzmannReplica(blueprint, request.Index, device));
        _exchange = new RbmExchange(GrainFactory, Silo, device, _replica.Parameters, _replica.Offsets, actor, blueprint.File.Shards, request.Index);
        await _exchange.Pull();
        _reports.Follow(blueprint.File.OnNonFinite);
        _blueprint = blueprint;
        Actor = actor;
    }

    /// <inheritdoc/>
    public async Task Step(StepId at)
    {
        Require(at.Attempt);
        BoltzmannReplica replica = _replica!;
        Task<BoltzmannStep> learning = replica.Device.RunAsync("boltzmann.learn", () => replica.Learn(at.Step));
        _reports.Add(at.Step, learning, await _exchange!.Step(at, learning));
    }

    /// <inheritdoc/>
    public Task<BoltzmannStep[]> Report(StepId first, int count) =>
        _reports.Take(first.Step, count, Require(first.Attempt), report => report.HiddenActivity + report.Reconstruction);

    /// <inheritdoc/>
    public async Task<byte[]> Sample(long attempt, int rows, int columns, ulong seed)
    {
        Require(attempt);
        BoltzmannReplica replica = _replica!;
        float[] pixels = await replica.Device.RunAsync(() => replica.Sample(rows * columns, seed));
        return await Task.Run(() => RbmPictures.Grid(_blueprint!, pixels, rows, columns));
    }

    protected override async Task Release()
    {
        _reports.Clear();
        if (_replica is { } replica)
        {
            _replica = null;
            await Free(replica.Device, replica.Dispose);
        }
    }
}
