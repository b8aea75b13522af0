using Cluster.Contracts;
using Cluster.Contracts.Experiments;

namespace Cluster.Grains;

/// <summary>One step of a classifier: every replica computes the gradient of its minibatch, and the shards step. It only sends and awaits.</summary>
internal sealed class ClassifierWorkflow : IWorkflow
{
    private readonly WorkflowContext _context;
    private readonly ClassifierBlueprint _blueprint;
    private readonly IClassifierGrain[] _replicas;
    private readonly RoleShards _shards;

    public ClassifierWorkflow(WorkflowContext context, ClassifierBlueprint blueprint)
    {
        _context = context;
        _blueprint = blueprint;
        _replicas = context.Replicas<IClassifierGrain>(ClassifierModel.ClassifierRole, blueprint.File.Replicas);
        _shards = new RoleShards(context, blueprint);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> FigureNames { get; } = ["loss", "accuracy"];

    /// <inheritdoc/>
    public IReadOnlyList<ITrainingActor> Actors => [.. _replicas, .. _shards.Actors];

    /// <inheritdoc/>
    public async Task Open(long step, string? checkpoint)
    {
        await _shards.Open(step, checkpoint);
        await Together.All(_replicas.Select((replica, index) => replica.Open(_context.Open(index, step, checkpoint))));
    }

    /// <inheritdoc/>
    public Task Step(long step)
    {
        StepId at = _context.At(step);
        return Together.All(_replicas.Select(replica => replica.Step(at)));
    }

    /// <summary>Means over the replicas in their order.</summary>
    /// <inheritdoc/>
    public async Task<double[][]> Report(long first, int count)
    {
        ClassifierStep[][] told = await Together.All(_replicas.Select(replica => replica.Report(_context.At(first), count)));
        return [.. Enumerable.Range(0, count).Select(step => (double[])[told.Average(replica => replica[step].Loss), told.Average(replica => replica[step].Accuracy)])];
    }

    /// <inheritdoc/>
    public Task<byte[]> Sample() => _replicas[0].Sample(_context.Attempt, _blueprint.File.Sample.Rows, _blueprint.File.Sample.Columns);

    /// <inheritdoc/>
    public Task Snapshot(long step) => _shards.Snapshot(step);

    /// <inheritdoc/>
    public Task<CheckpointFile[]> WriteSnapshot(long step, string checkpoint) => _shards.WriteSnapshot(step, checkpoint);

    /// <inheritdoc/>
    public Task Close() => Closing.All(_replicas.Select(replica => replica.Close(_context.Attempt)), _shards.Close());
}
