using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Models.Autoencoders;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// One replica of an encoder. All pieces of a minibatch are encoded and sent at once, so that the decoder works on one while the next is
/// on its way; the answers are propagated back in the pieces' order.
/// </summary>
internal sealed class EncoderGrain(SiloServices silo) : TrainingActor(silo), IEncoderGrain
{
    private readonly UpdateReports<double> _reports = new();
    private EncoderReplica? _replica;
    private ParameterExchange? _exchange;
    private ParameterExchange? _codebookExchange;
    private IDecoderGrain? _decoder;
    private string _decoderSilo = "";

    protected override DeviceThread? Device => _replica?.Device;

    protected override InputClock? Input => _replica?.Input;

    /// <inheritdoc/>
    public async Task Open(OpenRequest request)
    {
        await Shut();
        CoderBlueprint blueprint = await Silo.Blueprints.Get<CoderBlueprint>(request.Experiment);
        RunActor actor = new(request.Run, CoderModel.EncoderRole, request.Index, request.At.Attempt);
        DeviceThread device = DeviceOf(blueprint);
        _replica = await device.RunAsync(() => new EncoderReplica(blueprint, actor, device, Book));
        _exchange = new ParameterExchange(this, request, blueprint, device, _replica.Parameters, actor);
        _codebookExchange = _replica.Codebook is { } codebook
            ? new ParameterExchange(this, request, blueprint, device, codebook, actor, CoderModel.CodebookRole)
            : null;
        await Task.WhenAll(_exchange.Pull(), _codebookExchange?.Pull() ?? Task.CompletedTask);
        _decoder = GrainFactory.GetGrain<IDecoderGrain>(ActorKeys.Replica(request.Run, CoderModel.DecoderRole, request.Index));
        _decoderSilo = await _decoder.Where(request.At.Attempt);
        _reports.Follow(blueprint.File.OnNonFinite);
        Actor = actor;
    }

    /// <inheritdoc/>
    public async Task Step(StepId at)
    {
        Require(at.Attempt);
        EncoderReplica replica = _replica!;
        int pieces = replica.Blueprint.Model.Microbatches;
        SentPiece[] sent = new SentPiece[pieces];
        for (int piece = 0; piece < pieces; piece++)
        {
            sent[piece] = await Send(at, piece);
        }

        Task<double> learning = Task.FromResult(0.0);
        for (int piece = 0; piece < pieces; piece++)
        {
            learning = await Learn(piece, sent[piece]);
        }

        Task<Task> exchanging = _exchange!.Step(at, at.Step, learning);
        Task applied = _codebookExchange is { } codebook
            ? Task.WhenAll(await Task.WhenAll(exchanging, codebook.Step(at, at.Step, learning)))
            : await exchanging;
        _reports.Add(at.Step, learning, applied);
    }

    /// <inheritdoc/>
    public Task<double[]> Report(StepId first, int count) => _reports.Take(first.Step, count, Require(first.Attempt), penalty => penalty);

    /// <inheritdoc/>
    public async Task<byte[]> Sample(long attempt, int rows, int columns, ulong seed)
    {
        Require(attempt);
        EncoderReplica replica = _replica!;
        bool besideData = CoderPictures.Reconstructs(replica.Blueprint);
        int count = CoderPictures.Codes(replica.Blueprint, rows, columns);
        Task<Tensor> making = replica.Device.RunAsync("encoder.sample", () => replica.CodesToPaint(count, seed));
        using Outgoing codes = await Silo.Transfer.Pack(() => making.Result, making, replica.Device, _decoderSilo);
        byte[] picture = await _decoder!.Paint(attempt, codes.Message, besideData, rows, columns);
        await replica.Device.RunAsync(() => making.Result.Dispose());
        return picture;
    }

    /// <summary>Queues the encoding of a piece and sends what it will give; the answer is on its way when this ends.</summary>
    private async ValueTask<SentPiece> Send(StepId at, int piece)
    {
        EncoderReplica replica = _replica!;
        Task<Codes> encoding = replica.Device.RunAsync("encoder.encode", () => replica.Encode(at.Step, piece));
        EncoderDecoder coder = replica.Blueprint.Coder;
        List<Outgoing> outgoing = [await Silo.Transfer.Pack(() => encoding.Result.Code, encoding, replica.Device, _decoderSilo)];
        if (coder.HasTerm)
        {
            outgoing.Add(await Silo.Transfer.Pack(() => encoding.Result.Term!, encoding, replica.Device, _decoderSilo));
        }

        bool greedy = coder.SendsTarget(at.Step);
        if (greedy)
        {
            outgoing.Add(await Silo.Transfer.Pack(() => encoding.Result.Target!, encoding, replica.Device, _decoderSilo));
        }

        CodesMessage message = new(
            piece, outgoing[0].Message, coder.HasTerm ? outgoing[1].Message : null, greedy ? outgoing[^1].Message : null, Silo.Transfer.Silo);
        return new SentPiece(_decoder!.Decode(at, message), outgoing);
    }

    /// <summary>Queues the backward pass of a piece once its answer is there.</summary>
    private async ValueTask<Task<double>> Learn(int piece, SentPiece sent)
    {
        EncoderReplica replica = _replica!;
        AnswerMessage answer = await sent.Answer;
        Incoming weight = Silo.Transfer.Receive(answer.Weight);
        Incoming? gradient = answer.CodeGradient is null ? null : Silo.Transfer.Receive(answer.CodeGradient);
        Incoming? likelihood = answer.LogLikelihood is null ? null : Silo.Transfer.Receive(answer.LogLikelihood);
        foreach (Outgoing past in sent.Outgoing)
        {
            past.Dispose();
        }

        await weight.ReadyFor(replica.Device);
        return replica.Device.RunAsync("encoder.learn", () => replica.Learn(piece, weight, gradient, likelihood));
    }

    protected override async Task Release()
    {
        _exchange = null;
        _codebookExchange = null;
        _reports.Clear();
        if (_replica is { } replica)
        {
            _replica = null;
            await Free(replica.Device, replica.Dispose);
        }
    }

    private sealed record SentPiece(Task<AnswerMessage> Answer, List<Outgoing> Outgoing);
}
