using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>One data replica of a Boltzmann machine: its half of the gradient, or both without persistent chains.</summary>
internal sealed class BoltzmannGrain(SiloServices silo) : TrainingActor(silo), IBoltzmannGrain
{
    private readonly UpdateReports<BoltzmannStep> _reports = new();
    private RunActor? _actor;
    private RbmBlueprint? _blueprint;
    private BoltzmannReplica? _replica;
    private RbmExchange? _exchange;

    protected override DeviceThread? Device => _replica?.Device;

    protected override long? Attempt => _actor?.Attempt;

    /// <inheritdoc/>
    public async Task Open(OpenRequest request)
    {
        await Release();
        RbmBlueprint blueprint = await Silo.Blueprints.Get<RbmBlueprint>(request.Experiment);
        RunActor actor = new(request.Run, RbmModel.BoltzmannRole, request.Index, request.At.Attempt);
        DeviceThread device = Silo.Devices.Get(blueprint.File.Device.ToString(), blueprint.File.Threads);
        _replica = await device.RunAsync(() => new BoltzmannReplica(blueprint, request.Index, device));
        _exchange = new RbmExchange(this, request, blueprint, device, _replica.Parameters, _replica.Offsets, actor, request.Index);
        await _exchange.Pull();
        _reports.Follow(blueprint.File.OnNonFinite);
        _blueprint = blueprint;
        _actor = actor;
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

    /// <inheritdoc/>
    public override Task Close(long attempt) => _actor?.Attempt == attempt ? Release() : Task.CompletedTask;

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Release();

    private RunActor Require(long attempt) => RunActor.Require(_actor, attempt, this.GetPrimaryKeyString());

    private async Task Release()
    {
        _actor = null;
        _reports.Clear();
        if (_replica is { } replica)
        {
            _replica = null;
            await Free(replica.Device, replica.Dispose);
        }
    }
}
