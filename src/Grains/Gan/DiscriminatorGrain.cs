using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Models.Adversarial;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>One replica of the discriminator: learns to tell data from fakes, and judges fakes for its generator.</summary>
internal sealed class DiscriminatorGrain(SiloServices silo) : TrainingActor(silo), IDiscriminatorGrain
{
    private readonly UpdateReports<DiscriminatorStep> _reports = new();
    private DiscriminatorReplica? _replica;
    private ParameterExchange? _exchange;
    private ParameterExchange? _memoryExchange;
    private IGeneratorGrain? _generator;
    private Outgoing[] _judgement = [];
    private LaggingTurn? _turn;
    private FakesState? _snapshot;

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
        if (_replica.Waiting is { } waiting)
        {
            string? checkpoint = request.Checkpoint is { } name ? Path.Combine(Silo.Run(request.Run).Checkpoints, name) : null;
            long turn = checkpoint is null ? 0 : await device.RunAsync(() => FakesState.Read(checkpoint, blueprint, request.Index, waiting));
            _turn = new LaggingTurn(request.At.Step, turn);
        }

        _reports.Follow(blueprint.File.OnNonFinite);
        Actor = actor;
    }

    /// <inheritdoc/>
    public async Task Step(StepId at, int part)
    {
        Require(at.Attempt);
        DiscriminatorReplica replica = _replica!;
        long update = replica.Update(at.Step, part);
        Task<DiscriminatorStep> learning = _turn is null ? await Learn(at, part) : await LearnLate(at, part);
        Task<Task> exchanging = _exchange!.Step(at, update, learning);
        Task applied = _memoryExchange is { } memory
            ? Task.WhenAll(await Task.WhenAll(exchanging, memory.Step(at, update, learning)))
            : await exchanging;
        _reports.Add(at.Step, learning, applied);
    }

    /// <inheritdoc/>
    public Task<DiscriminatorStep[]> Report(StepId first, int count) =>
        _reports.Take(first.Step, count, Require(first.Attempt), report => report.Loss);

    /// <inheritdoc/>
    public async Task<JudgementMessage> Judge(StepId at, TensorMessage fakes, string askerSilo)
    {
        Require(at.Attempt);
        DiscriminatorReplica replica = _replica!;
        LaggingTurn? turn = _turn is null ? null : Turn(at);
        Incoming input = Silo.Transfer.Receive(fakes);
        await input.ReadyFor(replica.Device);
        Task<Judgement> judging = replica.Device.RunAsync("discriminator.judge", () => replica.Judge(at.Step, input, turn?.Number ?? 0));
        foreach (Outgoing past in _judgement)
        {
            past.Dispose();
        }

        Task<Outgoing> loss = Silo.Transfer.Pack(() => judging.Result.Loss, judging, replica.Device, askerSilo).AsTask();
        Task<Outgoing> gradient = Silo.Transfer.Pack(() => judging.Result.Gradient, judging, replica.Device, askerSilo).AsTask();

        // From now on parameters may move: whatever judges with the present ones is in the device's queue.
        turn?.Judging();
        _judgement = await Task.WhenAll(loss, gradient);
        if (!input.InStream(replica.Device))
        {
            await judging;
        }

        return new JudgementMessage(_judgement[0].Message, _judgement[1].Message);
    }

    /// <inheritdoc/>
    public Task<string> Where(long attempt)
    {
        Require(attempt);
        return Task.FromResult(Silo.Transfer.Silo);
    }

    /// <inheritdoc/>
    public async Task Keep(StepId at, int ahead, int part, TensorMessage fakes)
    {
        Require(at.Attempt);
        DiscriminatorReplica replica = _replica!;
        long turn = Turn(at).Number;
        Incoming input = Silo.Transfer.Receive(fakes);
        await input.ReadyFor(replica.Device);
        Task keeping = replica.Device.RunAsync("discriminator.keep", () =>
        {
            replica.Waiting!.Put(turn, ahead, part, at.Step + ahead, input);
        });
        if (!input.InStream(replica.Device))
        {
            await keeping;
        }
    }

    /// <inheritdoc/>
    public async Task Snapshot(StepId at)
    {
        RunActor actor = Require(at.Attempt);
        DiscriminatorReplica replica = _replica!;
        long turn = _turn!.Following;
        FakesState snapshot = await replica.Device.RunAsync(() => FakesState.Of(replica.Blueprint, actor.Index, at.Step, turn, replica.Waiting!));
        _snapshot?.Dispose();
        _snapshot = snapshot;
    }

    /// <inheritdoc/>
    public async Task<CheckpointFile> WriteSnapshot(StepId at, string checkpoint)
    {
        RunActor actor = Require(at.Attempt);
        using FakesState snapshot = _snapshot is { } taken && taken.Step == at.Step
            ? taken
            : throw new StaleAttemptException($"{actor} has no snapshot of step {at.Step}");
        _snapshot = null;
        string folder = Path.Combine(Silo.Run(actor.Run).Checkpoints, checkpoint);
        return await Aside.Files.Run(() => snapshot.Write(folder));
    }

    private async Task<Task<DiscriminatorStep>> Learn(StepId at, int part)
    {
        DiscriminatorReplica replica = _replica!;
        Incoming fakes = Silo.Transfer.Receive(await _generator!.Fakes(at, part, Silo.Transfer.Silo));
        await fakes.ReadyFor(replica.Device);
        Task<DiscriminatorStep> learning = replica.Device.RunAsync("discriminator.learn", () => replica.Learn(at.Step, part, fakes));
        if (fakes.IsOfAnotherThread(replica.Device))
        {
            await learning;
        }

        return learning;
    }

    /// <summary>Learns on fakes that are here, once the generator's own are judged, or will be before the parameters move.</summary>
    private async Task<Task<DiscriminatorStep>> LearnLate(StepId at, int part)
    {
        DiscriminatorReplica replica = _replica!;
        LaggingTurn turn = Turn(at);
        await turn.Judged;
        turn.IsTaken = true;
        return replica.Device.RunAsync("discriminator.learn", () => replica.Learn(at.Step, part, turn.Number));
    }

    /// <summary>The turn of a step; its first message, whichever that is, begins it.</summary>
    private LaggingTurn Turn(StepId at) => _turn!.Step == at.Step ? _turn : _turn = new LaggingTurn(at.Step, _turn.Following);

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
        _turn?.Cancel();
        _turn = null;
        _snapshot?.Dispose();
        _snapshot = null;
        if (_replica is { } replica)
        {
            _replica = null;
            await Free(replica.Device, replica.Dispose);
        }
    }
}
