using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Autoencoders;

/// <summary>
/// What an encoder makes of a piece of a minibatch: codes and terms go to the decoder, their graph stays here until the answer comes.
/// S = k·B rows, the k samples of the piece one after the other.
/// </summary>
public sealed class Codes : IDisposable
{
    private readonly long _rows;
    private readonly double _share;

    /// <param name="code_SZ">Codes with their graph, shape (S, Z).</param>
    /// <param name="piece">What they are codes of.</param>
    public Codes(Tensor code_SZ, BatchPiece piece)
    {
        Code = code_SZ;
        _rows = piece.Rows;
        _share = piece.Share;
    }

    /// <summary>z, shape (S, Z).</summary>
    public Tensor Code { get; }

    /// <summary>
    /// r, shape (S): what the objective adds to log p(x|z) in each row, as −β·KL or log p(z) − log q(z|x). Null where that is 0.
    /// </summary>
    public Tensor? Term { get; init; }

    /// <summary>What the decoder is to reconstruct in place of x, shape (B, H), without graph: greedy training. Null for x.</summary>
    public Tensor? Target { get; init; }

    /// <summary>What the encoder alone adds to the loss: a scalar with its graph. Null for nothing.</summary>
    public Tensor? Penalty { get; init; }

    /// <summary>log q(z|x), shape (S), with its graph while z has none: the log-derivative estimator. Null otherwise.</summary>
    public Tensor? LogDensity { get; init; }

    /// <summary>Further statistics of the piece that a moving average takes, of the codebook layout's shape. Null for none.</summary>
    public Tensor? Statistics { get; init; }

    /// <summary>The encoder's network where it ran by hand: what it gave is the leaf at which the graph ends. Null where autograd knows it.</summary>
    public MlpPass? Network { get; init; }

    /// <summary>The derivative by the network's output where that is written by hand too. Null where autograd knows it.</summary>
    public IHeadDerivative? HeadDerivative { get; init; }

    /// <summary>Whether the backward pass can write the whole flat gradient instead of adding to it.</summary>
    public bool BeginsAnew => Network is not null;

    /// <summary>Adds the gradient of the piece's share of the loss to the encoder's flat gradient.</summary>
    /// <param name="answer">What the decoder made of these codes.</param>
    /// <param name="fresh">As below.</param>
    public void Backward(Answer answer, bool fresh = false) => Backward(answer.Weight, answer.CodeGradient, answer.LogLikelihood, fresh);

    /// <summary>The same for an answer that came in parts.</summary>
    /// <param name="weight_S">dL/dr, shape (S).</param>
    /// <param name="codeGradient_SZ">dL/dz, shape (S, Z); null for the log-derivative estimator.</param>
    /// <param name="logLikelihood_S">log p(x|z), shape (S); null for all others.</param>
    /// <param name="fresh">Whether the flat gradient counts as 0, whatever it holds: only where <see cref="BeginsAnew"/>.</param>
    public void Backward(Tensor weight_S, Tensor? codeGradient_SZ, Tensor? logLikelihood_S, bool fresh = false)
    {
        using DisposeScope scope = NewDisposeScope();
        if (HeadDerivative is { } byHand)
        {
            Network!.Backward(byHand.Backward(weight_S, codeGradient_SZ!), needsInput: false, fresh);
            return;
        }

        List<Tensor> outputs = [], gradients = [];
        if (LogDensity is { } logDensity)
        {
            outputs.Add(logDensity);
            gradients.Add(LogDerivative.Weights(logLikelihood_S!, weight_S, _rows));
        }
        else
        {
            outputs.Add(Code);
            gradients.Add(codeGradient_SZ!);
        }

        if (Term is { requires_grad: true } term)
        {
            outputs.Add(term);
            gradients.Add(weight_S);
        }

        if (Penalty is { requires_grad: true } penalty)
        {
            outputs.Add(penalty);
            gradients.Add(penalty.FullLike(_share).detach());
        }

        autograd.backward(outputs, gradients, retain_graph: false, create_graph: false, inputs: null);
        if (Network is { } network)
        {
            network.Backward(network.Output.grad!, needsInput: false, fresh);
        }
    }

    /// <summary>Takes all tensors out of the present dispose scope.</summary>
    public Codes Detach()
    {
        foreach (Tensor tensor in Tensors())
        {
            tensor.DetachFromDisposeScope();
        }

        return this;
    }

    /// <summary>Gives all tensors to the dispose scope around the present one.</summary>
    public Codes MoveToOuterDisposeScope()
    {
        foreach (Tensor tensor in Tensors())
        {
            tensor.MoveToOuterDisposeScope();
        }

        return this;
    }

    /// <summary>Frees all, graph included.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in Tensors())
        {
            tensor.Dispose();
        }
    }

    private IEnumerable<Tensor> Tensors()
    {
        Tensor?[] own = [Code, Term, Target, Penalty, LogDensity, Statistics];
        return own.OfType<Tensor>().Concat(Network?.Tensors ?? []);
    }
}
