using Cluster.Contracts;
using Cluster.Contracts.Experiments;

namespace Cluster.Grains;

/// <summary>
/// The alternating workflow of a GAN: k discriminator updates, then one generator update, each on all replicas at once
/// (Goodfellow et al. 2014, Algorithm 1). It only sends and awaits.
/// </summary>
internal sealed class GanWorkflow
{
    private readonly string _run;
    private readonly string _experiment;
    private readonly long _attempt;
    private readonly GanBlueprint _blueprint;
    private readonly IGeneratorGrain[] _generators;
    private readonly IDiscriminatorGrain[] _discriminators;
    private readonly (string Role, IParameterShardGrain Shard)[] _shards;

    public GanWorkflow(IGrainFactory grains, string run, string experiment, long attempt, GanBlueprint blueprint)
    {
        _run = run;
        _experiment = experiment;
        _attempt = attempt;
        _blueprint = blueprint;
        ExperimentFile file = blueprint.File;
        _generators = [.. Indices(file.Replicas).Select(index => grains.GetGrain<IGeneratorGrain>(ActorKeys.Replica(run, GanModel.GeneratorRole, index)))];
        _discriminators = [.. Indices(file.Replicas).Select(index => grains.GetGrain<IDiscriminatorGrain>(ActorKeys.Replica(run, GanModel.DiscriminatorRole, index)))];
        _shards = [.. blueprint.Roles.SelectMany(role => Indices(file.Shards)
            .Select(index => (role.Name, grains.GetGrain<IParameterShardGrain>(ActorKeys.Shard(run, role.Name, index)))))];
    }

    /// <summary>Opens shards, then replicas, at a step.</summary>
    /// <param name="step">The step from which training goes on.</param>
    /// <param name="checkpoint">The checkpoint to load; null at the beginning.</param>
    public async Task Open(long step, string? checkpoint)
    {
        OpenRequest At(int index) => new(_run, _experiment, index, new StepId(_attempt, step), checkpoint);
        await Task.WhenAll(_shards.Select((each, index) => each.Shard.Open(new ShardOpenRequest(At(index % _blueprint.File.Shards), each.Role))));
        await Task.WhenAll(
            Task.WhenAll(_generators.Select((generator, index) => generator.Open(At(index)))),
            Task.WhenAll(_discriminators.Select((discriminator, index) => discriminator.Open(At(index)))));
    }

    /// <summary>Sets one workflow step going: its messages are exchanged when this ends, its arithmetic may still run.</summary>
    public async Task Step(long step)
    {
        StepId at = new(_attempt, step);
        for (int part = 0; part < _blueprint.Model.DiscriminatorSteps; part++)
        {
            int now = part;
            await Task.WhenAll(_discriminators.Select(discriminator => discriminator.Step(at, now)));
        }

        await Task.WhenAll(_generators.Select(generator => generator.Step(at)));
    }

    /// <summary>Waits until the arithmetic of some steps is done.</summary>
    /// <returns>
    /// For each step losses and scores, averaged over the replicas in their order; the discriminator's are those of its last update.
    /// </returns>
    public async Task<GanFigures[]> Report(long first, int count)
    {
        StepId at = new(_attempt, first);
        Task<DiscriminatorStep[][]> judged = Task.WhenAll(_discriminators.Select(discriminator => discriminator.Report(at, count)));
        Task<GeneratorStep[][]> generated = Task.WhenAll(_generators.Select(generator => generator.Report(at, count)));
        await Task.WhenAll(judged, generated);
        return [.. Indices(count).Select(step => GanFigures.Of(judged.Result.Select(replica => replica[step]), generated.Result.Select(replica => replica[step])))];
    }

    /// <summary>A picture of samples from the present parameters, as a PNG.</summary>
    public Task<byte[]> Sample()
    {
        SampleSection sample = _blueprint.File.Sample;
        return _generators[0].Sample(_attempt, sample.Rows, sample.Columns, (ulong)sample.Seed);
    }

    /// <summary>Copies all parameters and optimizer states aside.</summary>
    public Task Snapshot(long step) => Task.WhenAll(_shards.Select(each => each.Shard.Snapshot(new StepId(_attempt, step))));

    /// <summary>Writes the copies into a checkpoint's folder.</summary>
    public Task<CheckpointFile[]> WriteSnapshot(long step, string checkpoint) =>
        Task.WhenAll(_shards.Select(each => each.Shard.WriteSnapshot(new StepId(_attempt, step), checkpoint)));

    /// <summary>Frees what the actors hold. An actor that cannot be reached holds nothing.</summary>
    public async Task Close()
    {
        IEnumerable<Task> closing =
        [
            .. _generators.Select(generator => generator.Close(_attempt)),
            .. _discriminators.Select(discriminator => discriminator.Close(_attempt)),
            .. _shards.Select(each => each.Shard.Close(_attempt)),
        ];
        await Task.WhenAll(closing).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
    }

    private static IEnumerable<int> Indices(int count) => Enumerable.Range(0, count);
}

/// <summary>What a GAN step reports.</summary>
/// <param name="DiscriminatorLoss">In nats.</param>
/// <param name="GeneratorLoss">In nats.</param>
/// <param name="RealScore">D(x).</param>
/// <param name="FakeScore">D(G(z)).</param>
internal readonly record struct GanFigures(double DiscriminatorLoss, double GeneratorLoss, double RealScore, double FakeScore)
{
    public static GanFigures Of(IEnumerable<DiscriminatorStep> judged, IEnumerable<GeneratorStep> generated) => new(
        judged.Average(each => each.Loss),
        generated.Average(each => each.Loss),
        judged.Average(each => each.RealScore),
        judged.Average(each => each.FakeScore));

    public Dictionary<string, double> ToDictionary() => new(StringComparer.Ordinal)
    {
        ["discriminatorLoss"] = DiscriminatorLoss,
        ["generatorLoss"] = GeneratorLoss,
        ["realScore"] = RealScore,
        ["fakeScore"] = FakeScore,
    };
}
