using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>One coder: infers the codes of its minibatch with the newest dictionary, and keeps their statistics for the shards.</summary>
internal sealed class CoderGrain(SiloServices silo) : TrainingActor(silo), ICoderGrain
{
    private readonly UpdateReports<CoderStep> _reports = new();
    private readonly List<Outgoing> _lent = [];
    private CoderReplica? _replica;
    private ParameterExchange? _exchange;
    private IDictionaryShardGrain? _dictionary;
    private Task<CoderStep>? _coding;

    protected override DeviceThread? Device => _replica?.Device;

    protected override InputClock? Input => _replica?.Input;

    /// <inheritdoc/>
    public async Task Open(OpenRequest request)
    {
        await Shut();
        DictionaryBlueprint blueprint = await Silo.Blueprints.Get<DictionaryBlueprint>(request.Experiment);
        RunActor actor = new(request.Run, DictionaryModel.CoderRole, request.Index, request.At.Attempt);
        DeviceThread device = DeviceOf(blueprint, request.Index);
        CoderReplica replica = _replica = await device.RunAsync(() => new CoderReplica(blueprint, request.Index, device));
        int shards = blueprint.File.Shards;
        if (replica.Encoder is { } encoder)
        {
            _exchange = new ParameterExchange(this, request, blueprint, device, encoder, actor, DictionaryModel.EncoderRole, request.Index);
            await _exchange.Pull();
        }

        _dictionary = GrainFactory.GetGrain<IDictionaryShardGrain>(ActorKeys.Shard(request.Run, DictionaryModel.DictionaryRole, shards - 1));
        Actor = actor;
    }

    /// <inheritdoc/>
    public async Task Step(StepId at)
    {
        Require(at.Attempt);
        CoderReplica replica = _replica!;
        Incoming atoms = Silo.Transfer.Receive(await _dictionary!.Atoms(at.Attempt, Silo.Transfer.Silo));
        await atoms.ReadyFor(replica.Device);
        TakeBack();
        Task<CoderStep> coding = _coding = replica.Device.RunAsync("coder.infer", () => replica.Code(at.Step, atoms));
        _reports.Add(at.Step, coding, _exchange is null ? coding : await _exchange.Step(at, at.Step, coding));
        if (!atoms.InStream(replica.Device))
        {
            // The dictionary moves once this answers.
            await coding;
        }
    }

    /// <inheritdoc/>
    public async Task<StatisticsMessage> Statistics(StepId at, int first, int count, string askerSilo)
    {
        Require(at.Attempt);
        CoderReplica replica = _replica!;
        Outgoing increment = await Silo.Transfer.Pack(() => replica.Statistics!.Increment_KE.narrow(0, first, count), _coding!, replica.Device, askerSilo);
        _lent.Add(increment);
        Outgoing uses = await Silo.Transfer.Pack(() => replica.Statistics!.Uses_K, _coding!, replica.Device, askerSilo);
        _lent.Add(uses);
        return new StatisticsMessage(increment.Message, uses.Message);
    }

    /// <inheritdoc/>
    public Task<CoderStep[]> Report(StepId first, int count) =>
        _reports.Take(first.Step, count, Require(first.Attempt), step => step.Objective + step.PredictionLoss);

    private void TakeBack()
    {
        foreach (Outgoing past in _lent)
        {
            past.Dispose();
        }

        _lent.Clear();
    }

    protected override async Task Release()
    {
        _exchange = null;
        _coding = null;
        _reports.Clear();
        TakeBack();
        if (_replica is { } replica)
        {
            _replica = null;
            await Free(replica.Device, replica.Dispose);
        }
    }
}
