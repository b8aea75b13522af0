using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Models;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>
/// One replica of the generator: makes fakes for its discriminator, and learns from its judgement. The fakes of the next
/// update are made as soon as the parameters are there: the generator does not move in between, so no value changes. With staleness s
/// it makes the fakes of the discriminator's step t + s in its own step t, and both step at the same time.
/// </summary>
internal sealed class GeneratorGrain(SiloServices silo) : TrainingActor(silo), IGeneratorGrain
{
    private readonly UpdateReports<double> _reports = new();
    private GeneratorReplica? _replica;
    private ParameterExchange? _exchange;
    private ParameterExchange? _memoryExchange;
    private ParameterExchange? _averageExchange;
    private IDiscriminatorGrain? _discriminator;

    protected override DeviceThread? Device => _replica?.Device;

    /// <inheritdoc/>
    public async Task Open(OpenRequest request)
    {
        RunActor actor = await Build(request);
        GeneratorReplica replica = _replica!;
        _exchange = Exchange(replica.Parameters, GanModel.GeneratorRole)!;
        _memoryExchange = Exchange(replica.Memory, GanModel.GeneratorMemoryRole);
        _averageExchange = Exchange(replica.Average, GanModel.AverageRole);
        await Task.WhenAll(new[] { _exchange, _memoryExchange, _averageExchange }.Select(exchange => exchange?.Pull() ?? Task.CompletedTask));
        _discriminator = GrainFactory.GetGrain<IDiscriminatorGrain>(ActorKeys.Replica(request.Run, GanModel.DiscriminatorRole, request.Index));
        if (replica.Blueprint.Lags)
        {
            replica.DiscriminatorSilo = await _discriminator.Where(request.At.Attempt);
            for (int ahead = 0; request.Checkpoint is null && ahead < replica.Blueprint.Model.Staleness; ahead++)
            {
                await await SendAhead(request.At, ahead, replica.Blueprint.Model.DiscriminatorSteps);
            }
        }

        _reports.Follow(replica.Blueprint.File.OnNonFinite);
        Actor = actor;

        ParameterExchange? Exchange(FlatParameters? parameters, string role) => parameters is null
            ? null
            : new ParameterExchange(this, request, replica.Blueprint, replica.Device, parameters, actor, role);
    }

    /// <inheritdoc/>
    public async Task<TensorMessage> Fakes(StepId at, int part, string askerSilo)
    {
        Require(at.Attempt);
        GeneratorReplica replica = _replica!;
        TensorMessage fakes = await replica.Fakes(at.Step, part, askerSilo);
        if (part + 1 < replica.Parts)
        {
            replica.Prefetch(at.Step, part + 1);
        }

        return fakes;
    }

    /// <inheritdoc/>
    public async Task Step(StepId at)
    {
        Require(at.Attempt);
        GeneratorReplica replica = _replica!;
        GanBlueprint blueprint = replica.Blueprint;
        TensorMessage fakes = await replica.Fakes(blueprint.Learned(at.Step), replica.Parts - 1, replica.DiscriminatorSilo ?? Silo.Transfer.Silo);
        Task<JudgementMessage> judging = _discriminator!.Judge(at, fakes, Silo.Transfer.Silo);

        // While that is judged, and with the same parameters; where it is reused, it is one of those that are kept.
        Task<Task> keeping = blueprint.Lags
            ? SendAhead(at, blueprint.Model.Staleness, blueprint.Model.DiscriminatorSteps - (blueprint.Model.ReuseFakes ? 1 : 0))
            : Task.FromResult(Task.CompletedTask);
        JudgementMessage judgement = await judging;
        Incoming loss = Silo.Transfer.Receive(judgement.Loss), gradient = Silo.Transfer.Receive(judgement.Gradient);
        await gradient.ReadyFor(replica.Device);
        Task<double> learning = replica.Learn(loss, gradient);
        List<Task> applied = [await _exchange!.Step(at, at.Step, learning)];
        if (_memoryExchange is { } memory)
        {
            applied.Add(await memory.Step(at, at.Step, learning));
        }

        if (_averageExchange is { } average)
        {
            // Queued behind the step, so that the average follows the new parameters.
            applied.Add(await average.Step(at, at.Step, replica.Follow()));
        }

        replica.Prefetch(at.Step + 1, 0);
        if (blueprint.Lags)
        {
            applied.Add(await keeping);
        }

        _reports.Add(at.Step, learning, applied.Count == 1 ? applied[0] : Task.WhenAll(applied));
    }

    /// <inheritdoc/>
    public async Task<GeneratorStep[]> Report(StepId first, int count) =>
        [.. (await _reports.Take(first.Step, count, Require(first.Attempt), loss => loss)).Select(loss => new GeneratorStep(loss))];

    /// <inheritdoc/>
    public async Task<byte[]> Sample(long attempt, int rows, int columns, ulong seed)
    {
        Require(attempt);
        GeneratorReplica replica = _replica!;
        float[] pixels = await replica.Device.RunAsync(
            () => GeneratorSamples.ForPicture(replica.Blueprint, replica.Sampler, replica.Device.Device, rows, columns, seed));
        return await Task.Run(() => GeneratorSamples.Picture(replica.Blueprint, pixels, rows, columns));
    }

    /// <summary>Makes fakes with the present parameters for a later step of the discriminator, and has it keep them.</summary>
    /// <param name="at">The present step.</param>
    /// <param name="ahead">How many steps later they are learned on.</param>
    /// <param name="parts">For how many of that step's updates.</param>
    /// <returns>Ends when the next messages may follow; the task in it ends when all are made.</returns>
    private async Task<Task> SendAhead(StepId at, int ahead, int parts)
    {
        GeneratorReplica replica = _replica!;
        GeneratedBatch[] batches = [.. Enumerable.Range(0, parts).Select(part => replica.Ahead(at.Step + ahead, part))];
        try
        {
            await Task.WhenAll(batches.Select(async batch =>
                await _discriminator!.Keep(at, ahead, batch.Part, await batch.Pack(Silo.Transfer, replica.Device, replica.DiscriminatorSilo!))));
        }
        finally
        {
            replica.Free(batches);
        }

        return Task.WhenAll(batches.Select(batch => batch.Made));
    }

    private async Task<RunActor> Build(OpenRequest request)
    {
        await Shut();
        GanBlueprint blueprint = await Silo.Blueprints.Get<GanBlueprint>(request.Experiment);
        DeviceThread device = DeviceOf(blueprint);
        _replica = await device.RunAsync(() => new GeneratorReplica(blueprint, request.Index, device, Silo.Transfer));
        return new RunActor(request.Run, GanModel.GeneratorRole, request.Index, request.At.Attempt);
    }

    protected override async Task Release()
    {
        _exchange = null;
        _memoryExchange = null;
        _averageExchange = null;
        _reports.Clear();
        if (_replica is { } replica)
        {
            _replica = null;
            await Free(replica.Device, replica.Dispose);
        }
    }
}
