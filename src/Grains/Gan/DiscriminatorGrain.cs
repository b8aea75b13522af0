using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Models.Adversarial;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>One replica of the discriminator: learns to tell data from fakes, and judges fakes for its generator.</summary>
internal sealed class DiscriminatorGrain(SiloServices silo) : TrainingActor(silo), IDiscriminatorGrain
{
    private readonly UpdateReports<DiscriminatorReport> _reports = new();
    private DiscriminatorReplica? _replica;
    private ParameterExchange? _exchange;
    private ParameterExchange? _memoryExchange;
    private IGeneratorGrain? _generator;
    private Outgoing[] _judgement = [];

    protected override DeviceThread? Device => _replica?.Device;

    protected override InputClock? Input => _replica?.Input;

    /// <inheritdoc/>
    public async Task Open(OpenRequest request)
    {
        await Shut();
        GanBlueprint blueprint = await Silo.Blueprints.Get<GanBlueprint>(request.Experiment);
        RunActor actor = new(request.Run, GanModel.DiscriminatorRole, request.Index, request.At.Attempt);
        DeviceThread device = DeviceOf(blueprint);
        _replica = await device.RunAsync(() => new DiscriminatorReplica(blueprint, request.Index, device, Book));
        _exchange = new ParameterExchange(this, request, blueprint, device, _replica.Parameters, actor);
        _memoryExchange = _replica.Memory is { } memory
            ? new ParameterExchange(this, request, blueprint, device, memory, actor, GanModel.MemoryRole)
            : null;
        await Task.WhenAll(_exchange.Pull(), _memoryExchange?.Pull() ?? Task.CompletedTask);
        _generator = GrainFactory.GetGrain<IGeneratorGrain>(ActorKeys.Replica(request.Run, GanModel.GeneratorRole, request.Index));
        _reports.Follow(blueprint.File.OnNonFinite);
        Actor = actor;
    }

    /// <inheritdoc/>
    public async Task Step(StepId at, int part)
    {
        Require(at.Attempt);
        DiscriminatorReplica replica = _replica!;
        Incoming fakes = Silo.Transfer.Receive(await _generator!.Fakes(at, part, Silo.Transfer.Silo));
        await fakes.ReadyFor(replica.Device);
        long update = replica.Update(at.Step, part);
        Task<DiscriminatorReport> learning = _exchange!.Learn("discriminator.learn", update, replica.Learning(at.Step, part, fakes, _exchange.Cuts));
        Task<Task> exchanging = _exchange.Step(at, update, learning);
        Task applied = _memoryExchange is { } memory
            ? Task.WhenAll(await Task.WhenAll(exchanging, memory.Step(at, update, learning)))
            : await exchanging;
        _reports.Add(at.Step, learning, applied);
    }

    /// <inheritdoc/>
    public async Task<DiscriminatorStep[]> Report(StepId first, int count) =>
        [.. (await _reports.Take(first.Step, count, Require(first.Attempt), report => report.Loss))
            .Select(report => new DiscriminatorStep(report.Loss, report.RealScore, report.FakeScore))];

    /// <inheritdoc/>
    public async Task<JudgementMessage> Judge(StepId at, TensorMessage fakes, string askerSilo)
    {
        Require(at.Attempt);
        DiscriminatorReplica replica = _replica!;
        Incoming input = Silo.Transfer.Receive(fakes);
        await input.ReadyFor(replica.Device);
        Task<Judgement> judging = replica.Device.RunAsync("discriminator.judge", () => replica.Judge(at.Step, input));
        if (!input.InStream(replica.Device))
        {
            await judging;
        }

        foreach (Outgoing past in _judgement)
        {
            past.Dispose();
        }

        _judgement =
        [
            await Silo.Transfer.Pack(() => judging.Result.Loss, judging, replica.Device, askerSilo),
            await Silo.Transfer.Pack(() => judging.Result.Gradient, judging, replica.Device, askerSilo),
        ];
        return new JudgementMessage(_judgement[0].Message, _judgement[1].Message);
    }

    protected override async Task Release()
    {
        _exchange = null;
        _memoryExchange = null;
        _reports.Clear();
        foreach (Outgoing past in _judgement)
        {
            past.Dispose();
        }

        _judgement = [];
        if (_replica is { } replica)
        {
            _replica = null;
            await Free(replica.Device, replica.Dispose);
        }
    }
}
