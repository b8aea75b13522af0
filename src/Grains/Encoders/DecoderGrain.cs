using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>One replica of a decoder: judges the codes of its encoder and learns from them.</summary>
internal sealed class DecoderGrain(SiloServices silo) : TrainingActor(silo), IDecoderGrain
{
    private readonly UpdateReports<DecoderStep> _reports = new();
    private DecoderReplica? _replica;
    private ParameterExchange? _exchange;
    private ParameterExchange? _encoderExchange;
    private DecoderRound? _round;
    private List<Outgoing> _answers = [];

    protected override DeviceThread? Device => _replica?.Device;

    protected override InputClock? Input => _replica?.Input;

    /// <inheritdoc/>
    public async Task<string> Open(OpenRequest request)
    {
        await Shut();
        CoderBlueprint blueprint = await Silo.Blueprints.Get<CoderBlueprint>(request.Experiment);
        RunActor actor = new(request.Run, CoderModel.DecoderRole, request.Index, request.At.Attempt);
        DeviceThread device = DeviceOf(blueprint);
        _replica = await device.RunAsync(() => new DecoderReplica(blueprint, actor, device));
        _exchange = new ParameterExchange(this, request, blueprint, device, _replica.Parameters, actor);
        _encoderExchange = _replica.Encoder is { } encoder
            ? new ParameterExchange(this, request, blueprint, device, encoder, actor, CoderModel.EncoderRole, blueprint.File.Replicas + request.Index)
            : null;
        await Task.WhenAll(_exchange.Pull(), _encoderExchange?.Pull() ?? Task.CompletedTask);
        _round = new DecoderRound(request.At.Step, blueprint.Model.Microbatches);
        _reports.Follow(blueprint.File.OnNonFinite);
        Actor = actor;
        return Silo.Transfer.Silo;
    }

    /// <inheritdoc/>
    public Task<string> Where(long attempt)
    {
        Require(attempt);
        return Task.FromResult(Silo.Transfer.Silo);
    }

    /// <inheritdoc/>
    public async Task Step(StepId at)
    {
        Require(at.Attempt);
        Task<DecodedPiece> last = await Round(at).Last;
        Task<DecoderStep> learning = Figures(last);
        Task<Task> exchanging = _exchange!.Step(at, at.Step, last);
        Task applied = _encoderExchange is { } encoder
            ? Task.WhenAll(await Task.WhenAll(exchanging, encoder.Step(at, at.Step, last)))
            : await exchanging;
        _reports.Add(at.Step, learning, applied);
        _round = new DecoderRound(at.Step + 1, _replica!.Blueprint.Model.Microbatches);
    }

    /// <inheritdoc/>
    public async Task<AnswerMessage> Decode(StepId at, CodesMessage codes)
    {
        Require(at.Attempt);
        DecoderReplica replica = _replica!;
        DecoderRound round = Round(at);
        Incoming code = Silo.Transfer.Receive(codes.Codes);
        Incoming? term = codes.Term is null ? null : Silo.Transfer.Receive(codes.Term);
        Incoming? target = codes.Target is null ? null : Silo.Transfer.Receive(codes.Target);
        await code.ReadyFor(replica.Device);
        await round.Turn(codes.Piece);
        Task<DecodedPiece> decoding = replica.Device.RunAsync("decoder.decode", () => replica.Decode(at.Step, codes.Piece, code, term, target));
        if (codes.Piece == 0)
        {
            EndLoans();
        }

        round.Queued(codes.Piece, decoding);
        if (!code.InStream(replica.Device))
        {
            await decoding;
        }

        bool reparameterized = replica.Blueprint.Coder.NeedsCodeGradient;
        Outgoing weight = await Lend(() => decoding.Result.Answer.Weight, decoding, codes.AskerSilo);
        Outgoing other = reparameterized
            ? await Lend(() => decoding.Result.Answer.CodeGradient!, decoding, codes.AskerSilo)
            : await Lend(() => decoding.Result.Answer.LogLikelihood, decoding, codes.AskerSilo);
        return new AnswerMessage(weight.Message, reparameterized ? other.Message : null, reparameterized ? null : other.Message);
    }

    /// <inheritdoc/>
    public Task<DecoderStep[]> Report(StepId first, int count) => _reports.Take(first.Step, count, Require(first.Attempt), step => step.Loss);

    /// <inheritdoc/>
    public async Task<byte[]> Paint(long attempt, TensorMessage codes, bool besideData, int rows, int columns)
    {
        Require(attempt);
        DecoderReplica replica = _replica!;
        Incoming code = Silo.Transfer.Receive(codes);
        await code.ReadyFor(replica.Device);
        return await replica.Device.RunAsync("decoder.paint", () => CoderPictures.Paint(
            replica.Blueprint, replica.Parameters, replica.Encoder, code.Open(replica.Device.Device), besideData, rows, columns));
    }

    private static async Task<DecoderStep> Figures(Task<DecodedPiece> last) => (await last).Figures;

    private DecoderRound Round(StepId at) => _round is { } round && round.Step == at.Step
        ? round
        : throw new StaleAttemptException($"{Actor} is at step {_round?.Step}; a message of step {at.Step} reached it");

    private async ValueTask<Outgoing> Lend(Func<Tensor> tensor, Task made, string receiver)
    {
        Outgoing outgoing = await Silo.Transfer.Pack(tensor, made, _replica!.Device, receiver);
        _answers.Add(outgoing);
        return outgoing;
    }

    /// <summary>Ends the loans of the step before: its encoder has taken them all, or it would not have sent again.</summary>
    private void EndLoans()
    {
        foreach (Outgoing past in _answers)
        {
            past.Dispose();
        }

        _answers = [];
    }

    protected override async Task Release()
    {
        _exchange = null;
        _encoderExchange = null;
        _round?.Cancel();
        _round = null;
        _reports.Clear();
        EndLoans();
        if (_replica is { } replica)
        {
            _replica = null;
            await Free(replica.Device, replica.Dispose);
        }
    }
}
