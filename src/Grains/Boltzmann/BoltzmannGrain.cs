using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Data;
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

    protected override InputClock? Input => _replica?.Input;

    /// <inheritdoc/>
    public async Task Open(OpenRequest request)
    {
        await Shut();
        RbmBlueprint blueprint = await Silo.Blueprints.Get<RbmBlueprint>(request.Experiment);
        RunActor actor = new(request.Run, RbmModel.BoltzmannRole, request.Index, request.At.Attempt);
        DeviceThread device = DeviceOf(blueprint);
        ImageDataset? heldOut = request.Index == 0 ? await HeldOut(blueprint) : null;
        _replica = await device.RunAsync(() => new BoltzmannReplica(blueprint, request.Index, device, Book, heldOut));
        _exchange = new RbmExchange(this, request, blueprint, device, _replica.Parameters, _replica.Offsets, actor, request.Index);
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

    /// <summary>The split that the run is judged on; null where there is none, or where it is what the run trains on.</summary>
    private Task<ImageDataset?> HeldOut(RbmBlueprint blueprint) => Task.Run(() =>
    {
        DataSection data = blueprint.File.Data;
        try
        {
            ImageDataset? split = blueprint.File.Evaluate.Split == data.Split ? null : Silo.Datasets.Open(data.Name, blueprint.File.Evaluate.Split);
            return split is { Count: > 0 } && split.Pixels == blueprint.Data.Pixels ? split : null;
        }
        catch (InputException)
        {
            return null; // training needs none; who evaluates is told
        }
    });

    protected override async Task Release()
    {
        _exchange = null;
        _blueprint = null;
        _reports.Clear();
        if (_replica is { } replica)
        {
            _replica = null;
            await Free(replica.Device, replica.Dispose);
        }
    }
}
