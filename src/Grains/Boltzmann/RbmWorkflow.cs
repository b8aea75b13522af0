using Cluster.Contracts;
using Cluster.Contracts.Experiments;

namespace Cluster.Grains;

/// <summary>
/// Training of a Boltzmann machine: in every step the data replicas and the pools of particles send their halves of the gradient to
/// the shards (Tieleman 2008, Algorithm 1); without persistent chains the data replicas send both. It only sends and awaits.
/// </summary>
internal sealed class RbmWorkflow : IWorkflow
{
    private readonly WorkflowContext _context;
    private readonly RbmBlueprint _blueprint;
    private readonly IBoltzmannGrain[] _data;
    private readonly IChainGrain[] _pools;
    private readonly RoleShards _shards;

    public RbmWorkflow(WorkflowContext context, RbmBlueprint blueprint)
    {
        _context = context;
        _blueprint = blueprint;
        _data = context.Replicas<IBoltzmannGrain>(RbmModel.BoltzmannRole, blueprint.File.Replicas);
        _pools = context.Replicas<IChainGrain>(RbmModel.ChainRole, blueprint.Pools);
        _shards = new RoleShards(context, blueprint);
        FigureNames =
        [
            "reconstruction", "hiddenActivity",
            .. blueprint.Rbm.IsGaussian ? Array.Empty<string>() : ["pseudoLikelihood"],
            .. blueprint.Pools > 0 ? ["chainActivity"] : Array.Empty<string>(),
            .. blueprint.Model.Temperatures > 1 ? ["swapRate"] : Array.Empty<string>(),
            .. blueprint.Model.Staleness > 0 ? ["staleness"] : Array.Empty<string>(),
        ];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> FigureNames { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ITrainingActor> Actors => [.. _data, .. _pools, .. _shards.Actors];

    /// <inheritdoc/>
    public async Task Open(long step, string? checkpoint)
    {
        await _shards.Open(step, checkpoint);
        await Together.All(
            Together.All(_data.Select((replica, index) => replica.Open(_context.Open(index, step, checkpoint)))),
            Together.All(_pools.Select((pool, index) => pool.Open(_context.Open(index, step, checkpoint)))));
    }

    /// <inheritdoc/>
    public Task Step(long step)
    {
        StepId at = _context.At(step);
        return Together.All(Together.All(_data.Select(replica => replica.Step(at))), Together.All(_pools.Select(pool => pool.Step(at))));
    }

    /// <summary>Means over replicas and pools in their order; of staleness the largest.</summary>
    /// <inheritdoc/>
    public async Task<double[][]> Report(long first, int count)
    {
        StepId at = _context.At(first);
        Task<BoltzmannStep[][]> data = Together.All(_data.Select(replica => replica.Report(at, count)));
        Task<ChainStep[][]> pools = Together.All(_pools.Select(pool => pool.Report(at, count)));
        await Together.All(data, pools);
        return [.. Enumerable.Range(0, count).Select(step => Figures([.. data.Result.Select(each => each[step])], [.. pools.Result.Select(each => each[step])]))];
    }

    /// <inheritdoc/>
    public Task<byte[]> Sample()
    {
        SampleSection sample = _blueprint.File.Sample;
        return _pools.Length > 0
            ? _pools[0].Sample(_context.Attempt, sample.Rows, sample.Columns)
            : _data[0].Sample(_context.Attempt, sample.Rows, sample.Columns, (ulong)sample.Seed);
    }

    /// <inheritdoc/>
    public Task Snapshot(long step) =>
        Together.All(_shards.Snapshot(step), Together.All(_pools.Select(pool => pool.Snapshot(_context.At(step)))));

    /// <inheritdoc/>
    public async Task<CheckpointFile[]> WriteSnapshot(long step, string checkpoint)
    {
        Task<CheckpointFile[]> shards = _shards.WriteSnapshot(step, checkpoint);
        Task<CheckpointFile[]> pools = Together.All(_pools.Select(pool => pool.WriteSnapshot(_context.At(step), checkpoint)));
        return [.. await shards, .. await pools];
    }

    /// <inheritdoc/>
    public Task Close() => Closing.All(
        _data.Select(replica => replica.Close(_context.Attempt)),
        _pools.Select(pool => pool.Close(_context.Attempt)),
        _shards.Close());

    private double[] Figures(BoltzmannStep[] data, ChainStep[] pools) => [.. FigureNames.Select(name => name switch
    {
        "reconstruction" => data.Average(each => each.Reconstruction),
        "hiddenActivity" => data.Average(each => each.HiddenActivity),
        "pseudoLikelihood" => data.Average(each => each.PseudoLikelihood),
        "chainActivity" => pools.Average(each => each.HiddenActivity),
        "swapRate" => pools.Average(each => each.SwapRate),
        "staleness" => pools.Max(each => (double)each.Staleness),
        _ => throw new InvalidOperationException($"no figure {name}"),
    })];
}
