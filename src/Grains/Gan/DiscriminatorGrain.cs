using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Models.Adversarial;

namespace Cluster.Grains;

/// <summary>One replica of the discriminator: learns to tell data from fakes, and judges fakes for its generator.</summary>
internal sealed class DiscriminatorGrain(SiloServices silo) : Grain, IDiscriminatorGrain
{
    private RunActor? _actor;
    private DiscriminatorReplica? _replica;
    private ParameterExchange? _exchange;
    private IGeneratorGrain? _generator;

    /// <inheritdoc/>
    public async Task Open(OpenRequest request)
    {
        await Release();
        GanBlueprint blueprint = await silo.Blueprints.Get(request.Experiment);
        RunActor actor = new(request.Run, GanModel.DiscriminatorRole, request.Index, request.At.Attempt);
        var device = silo.Devices.Get(blueprint.File.Device.ToString(), blueprint.File.Threads);
        _replica = await device.RunAsync(() => new DiscriminatorReplica(blueprint, request.Index, device, silo.Transfer));
        _exchange = new ParameterExchange(GrainFactory, silo.Transfer, device, _replica.Parameters, actor, blueprint.File.Shards);
        await _exchange.Pull();
        _generator = GrainFactory.GetGrain<IGeneratorGrain>(ActorKeys.Replica(request.Run, GanModel.GeneratorRole, request.Index));
        _actor = actor;
    }

    /// <inheritdoc/>
    public async Task<DiscriminatorStep> Step(StepId at, int part)
    {
        RunActor actor = Require(at.Attempt);
        DiscriminatorReplica replica = _replica!;
        TensorMessage fakes = await _generator!.Fakes(at, part, silo.Transfer.Silo);
        long update = replica.Update(at.Step, part);
        DiscriminatorReport report = await replica.Device.RunAsync(() => replica.Learn(update, fakes));
        if (!double.IsFinite(report.Loss))
        {
            throw new NonFiniteException($"the loss of {actor} is {report.Loss} at step {at.Step}");
        }

        await _exchange!.Step(at, update);
        return new DiscriminatorStep(report.Loss, report.RealScore, report.FakeScore);
    }

    /// <inheritdoc/>
    public async Task<JudgementMessage> Judge(StepId at, TensorMessage fakes, string askerSilo)
    {
        Require(at.Attempt);
        DiscriminatorReplica replica = _replica!;
        return await replica.Device.RunAsync(() => replica.Judge(fakes, askerSilo));
    }

    /// <inheritdoc/>
    public Task Close(long attempt) => _actor?.Attempt == attempt ? Release() : Task.CompletedTask;

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Release();

    private RunActor Require(long attempt) => RunActor.Require(_actor, attempt, this.GetPrimaryKeyString());

    private async Task Release()
    {
        _actor = null;
        if (_replica is { } replica)
        {
            _replica = null;
            await replica.Device.RunAsync(replica.Dispose);
        }
    }
}
