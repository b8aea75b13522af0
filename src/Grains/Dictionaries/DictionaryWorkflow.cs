using Cluster.Contracts;
using Cluster.Contracts.Experiments;

namespace Cluster.Grains;

/// <summary>
/// Online dictionary learning: all coders code their minibatches with the present dictionary, then the shards take in the statistics
/// and move their atoms one after the other (Mairal et al. 2009, Algorithms 1 and 2). It only sends and awaits.
/// </summary>
internal sealed class DictionaryWorkflow : IWorkflow
{
    private readonly WorkflowContext _context;
    private readonly DictionaryBlueprint _blueprint;
    private readonly ICoderGrain[] _coders;
    private readonly IDictionaryShardGrain[] _dictionary;
    private readonly RoleShards _shards;

    public DictionaryWorkflow(WorkflowContext context, DictionaryBlueprint blueprint)
    {
        _context = context;
        _blueprint = blueprint;
        _coders = context.Replicas<ICoderGrain>(DictionaryModel.CoderRole, blueprint.File.Replicas);
        _dictionary = [.. Enumerable.Range(0, blueprint.File.Shards)
            .Select(index => context.Grains.GetGrain<IDictionaryShardGrain>(ActorKeys.Shard(context.Run, DictionaryModel.DictionaryRole, index)))];
        _shards = new RoleShards(context, blueprint);
        FigureNames =
        [
            "objective", "density", "atomUse", "replaced",
            .. blueprint.Encoder is null ? Array.Empty<string>() : ["predictionLoss"],
            .. blueprint.Model.Staleness > 0 ? ["staleness"] : Array.Empty<string>(),
        ];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> FigureNames { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ITrainingActor> Actors => [.. _coders, .. _dictionary, .. _shards.Actors];

    /// <summary>Opens shards, then coders.</summary>
    /// <inheritdoc/>
    public async Task Open(long step, string? checkpoint)
    {
        await _shards.Open(step, checkpoint);
        await Together.All(_dictionary.Select((shard, index) => shard.Open(_context.Open(index, step, checkpoint))));
        await Together.All(_coders.Select((coder, index) => coder.Open(_context.Open(index, step, checkpoint))));
    }

    /// <inheritdoc/>
    public async Task Step(long step)
    {
        StepId at = _context.At(step);
        await Together.All(_coders.Select(coder => coder.Step(at)));
        for (int pass = 0; pass < _blueprint.Options.Passes; pass++)
        {
            foreach (IDictionaryShardGrain shard in _dictionary)
            {
                await shard.Step(at, pass);
            }
        }
    }

    /// <summary>Means over the coders in their order; atom use as a share of all atoms; replaced atoms of all shards.</summary>
    /// <inheritdoc/>
    public async Task<double[][]> Report(long first, int count)
    {
        StepId at = _context.At(first);
        Task<CoderStep[][]> coded = Together.All(_coders.Select(coder => coder.Report(at, count)));
        Task<DictionaryStep[][]> moved = Together.All(_dictionary.Select(shard => shard.Report(at, count)));
        await Together.All(coded, moved);
        return [.. Enumerable.Range(0, count).Select(step => Figures([.. coded.Result.Select(coder => coder[step])], [.. moved.Result.Select(shard => shard[step])]))];
    }

    /// <inheritdoc/>
    public Task<byte[]> Sample() => _dictionary[^1].Sample(_context.Attempt, _blueprint.File.Sample.Rows, _blueprint.File.Sample.Columns);

    /// <inheritdoc/>
    public Task Snapshot(long step) => Together.All(
        [_shards.Snapshot(step), .. _dictionary.Select(shard => shard.Snapshot(_context.At(step))), .. Keepers.Select(coder => coder.Snapshot(_context.At(step)))]);

    /// <inheritdoc/>
    public async Task<CheckpointFile[]> WriteSnapshot(long step, string checkpoint)
    {
        Task<CheckpointFile[]> roles = _shards.WriteSnapshot(step, checkpoint);
        Task<CheckpointFile[]> dictionary = Together.All(_dictionary.Select(shard => shard.WriteSnapshot(_context.At(step), checkpoint)));
        Task<CheckpointFile[]> coders = Together.All(Keepers.Select(coder => coder.WriteSnapshot(_context.At(step), checkpoint)));
        return [.. await roles, .. await dictionary, .. await coders];
    }

    /// <inheritdoc/>
    public Task Close() => Closing.All(
        _coders.Select(coder => coder.Close(_context.Attempt)),
        _dictionary.Select(shard => shard.Close(_context.Attempt)),
        _shards.Close());

    /// <summary>The coders, where they hold statistics that wait for later steps.</summary>
    private IEnumerable<ICoderGrain> Keepers => _blueprint.Model.Staleness > 0 ? _coders : [];

    private double[] Figures(CoderStep[] coded, DictionaryStep[] moved)
    {
        return
        [
            coded.Average(coder => coder.Objective),
            coded.Average(coder => coder.Density),
            (double)moved.Sum(shard => shard.Used) / _blueprint.Options.Atoms,
            moved.Sum(shard => shard.Replaced),
            .. _blueprint.Encoder is null ? Array.Empty<double>() : [coded.Average(coder => coder.PredictionLoss)],
            .. _blueprint.Model.Staleness > 0 ? [coded.Max(coder => (double)coder.Staleness)] : Array.Empty<double>(),
        ];
    }
}
