using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Models.Classifiers;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>One replica of a classifier: its share of each step's gradient.</summary>
internal sealed class ClassifierGrain(SiloServices silo) : TrainingActor(silo), IClassifierGrain
{
    private readonly UpdateReports<ClassifierReport> _reports = new();
    private ClassifierReplica? _replica;
    private ParameterExchange? _exchange;

    protected override DeviceThread? Device => _replica?.Device;

    protected override InputClock? Input => _replica?.Input;

    /// <inheritdoc/>
    public async Task Open(OpenRequest request)
    {
        await Shut();
        ClassifierBlueprint blueprint = await Silo.Blueprints.Get<ClassifierBlueprint>(request.Experiment);
        RunActor actor = new(request.Run, ClassifierModel.ClassifierRole, request.Index, request.At.Attempt);
        DeviceThread device = DeviceOf(blueprint);
        _replica = await device.RunAsync(() => new ClassifierReplica(blueprint, request.Index, device));
        _exchange = new ParameterExchange(this, request, blueprint, device, _replica.Parameters, actor);
        await _exchange.Pull();
        _reports.Follow(blueprint.File.OnNonFinite);
        Actor = actor;
    }

    /// <inheritdoc/>
    public async Task Step(StepId at)
    {
        Require(at.Attempt);
        ClassifierReplica replica = _replica!;
        Task<ClassifierReport> learning = _exchange!.Learn("classifier.learn", at.Step, replica.Learning(at.Step, _exchange.Cuts));
        _reports.Add(at.Step, learning, await _exchange.Step(at, at.Step, learning));
    }

    /// <inheritdoc/>
    public async Task<ClassifierStep[]> Report(StepId first, int count) =>
        [.. (await _reports.Take(first.Step, count, Require(first.Attempt), report => report.Loss)).Select(report => new ClassifierStep(report.Loss, report.Accuracy))];

    /// <inheritdoc/>
    public async Task<byte[]> Sample(long attempt, int rows, int columns)
    {
        Require(attempt);
        ClassifierReplica replica = _replica!;
        return await replica.Device.RunAsync(() => ClassifierPictures.Filters(replica.Blueprint, replica.Parameters, rows, columns));
    }

    protected override async Task Release()
    {
        _exchange = null;
        _reports.Clear();
        if (_replica is { } replica)
        {
            _replica = null;
            await Free(replica.Device, replica.Dispose);
        }
    }
}
