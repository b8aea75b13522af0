using Cluster.Contracts;
using Cluster.Contracts.Experiments;

namespace Cluster.Grains;

/// <summary>
/// The alternating workflow of a GAN: k discriminator updates, then one generator update, each on all replicas at once
/// (Goodfellow et al. 2014, Algorithm 1); with staleness all updates of a step at the same time. It only sends and awaits.
/// </summary>
internal sealed class GanWorkflow : IWorkflow
{
    private readonly WorkflowContext _context;
    private readonly GanBlueprint _blueprint;
    private readonly IGeneratorGrain[] _generators;
    private readonly IDiscriminatorGrain[] _discriminators;
    private readonly RoleShards _shards;

    public GanWorkflow(WorkflowContext context, GanBlueprint blueprint)
    {
        _context = context;
        _blueprint = blueprint;
        _generators = context.Replicas<IGeneratorGrain>(GanModel.GeneratorRole, blueprint.File.Replicas);
        _discriminators = context.Replicas<IDiscriminatorGrain>(GanModel.DiscriminatorRole, blueprint.File.Replicas);
        _shards = new RoleShards(context, blueprint);
        FigureNames = ["discriminatorLoss", "generatorLoss", "realScore", "fakeScore", .. blueprint.Lags ? ["staleness"] : Array.Empty<string>()];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> FigureNames { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ITrainingActor> Actors => [.. _generators, .. _discriminators, .. _shards.Actors];

    /// <summary>Opens shards, then replicas; with staleness discriminators before generators, which send them fakes at once.</summary>
    /// <inheritdoc/>
    public async Task Open(long step, string? checkpoint)
    {
        await _shards.Open(step, checkpoint);
        Task discriminators = Together.All(_discriminators.Select((discriminator, index) => discriminator.Open(_context.Open(index, step, checkpoint))));
        if (_blueprint.Lags)
        {
            await discriminators;
        }

        await Together.All([discriminators, .. _generators.Select((generator, index) => generator.Open(_context.Open(index, step, checkpoint)))]);
    }

    /// <inheritdoc/>
    public async Task Step(long step)
    {
        StepId at = _context.At(step);
        if (_blueprint.Lags)
        {
            await Together.All(Discriminate(at), Generate(at));
            return;
        }

        await Discriminate(at);
        await Generate(at);
    }

    /// <summary>
    /// Losses and scores, averaged over the replicas in their order; the discriminator's are those of its last update. Of staleness the largest.
    /// </summary>
    /// <inheritdoc/>
    public async Task<double[][]> Report(long first, int count)
    {
        StepId at = _context.At(first);
        Task<DiscriminatorStep[][]> judged = Together.All(_discriminators.Select(discriminator => discriminator.Report(at, count)));
        Task<GeneratorStep[][]> generated = Together.All(_generators.Select(generator => generator.Report(at, count)));
        await Together.All(judged, generated);
        return [.. Enumerable.Range(0, count).Select(step => Figures(judged.Result.Select(replica => replica[step]), generated.Result.Select(replica => replica[step])))];
    }

    /// <inheritdoc/>
    public Task<byte[]> Sample()
    {
        SampleSection sample = _blueprint.File.Sample;
        return _generators[0].Sample(_context.Attempt, sample.Rows, sample.Columns, (ulong)sample.Seed);
    }

    /// <inheritdoc/>
    public Task Snapshot(long step) =>
        Together.All([_shards.Snapshot(step), .. Keepers.Select(discriminator => discriminator.Snapshot(_context.At(step)))]);

    /// <inheritdoc/>
    public Task<CheckpointFile[]> WriteSnapshot(long step, string checkpoint) => Task.WhenAll(
        [.. _shards.WriteSnapshot(step, checkpoint), .. Keepers.Select(discriminator => discriminator.WriteSnapshot(_context.At(step), checkpoint))]);

    /// <inheritdoc/>
    public Task Close() => Closing.All(
        _generators.Select(generator => generator.Close(_context.Attempt)),
        _discriminators.Select(discriminator => discriminator.Close(_context.Attempt)),
        _shards.Close());

    /// <summary>The discriminators, where they hold fakes that wait for later steps.</summary>
    private IEnumerable<IDiscriminatorGrain> Keepers => _blueprint.Lags ? _discriminators : [];

    private async Task Discriminate(StepId at)
    {
        for (int part = 0; part < _blueprint.Model.DiscriminatorSteps; part++)
        {
            int now = part;
            await Together.All(_discriminators.Select(discriminator => discriminator.Step(at, now)));
        }
    }

    private Task Generate(StepId at) => Together.All(_generators.Select(generator => generator.Step(at)));

    private double[] Figures(IEnumerable<DiscriminatorStep> judged, IEnumerable<GeneratorStep> generated) =>
    [
        judged.Average(each => each.Loss),
        generated.Average(each => each.Loss),
        judged.Average(each => each.RealScore),
        judged.Average(each => each.FakeScore),
        .. _blueprint.Lags ? [judged.Max(each => (double)each.Staleness)] : Array.Empty<double>(),
    ];
}
