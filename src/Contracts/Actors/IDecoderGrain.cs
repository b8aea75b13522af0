using Orleans.Concurrency;

namespace Cluster.Contracts;

/// <summary>One replica of a decoder on one device. Key: <c>run/decoder/index</c>.</summary>
[Alias("cluster.IDecoderGrain")]
public interface IDecoderGrain : ITrainingActor
{
    /// <summary>Builds the network, opens the data and takes the parameters from the shards.</summary>
    /// <returns>The name of the silo that it is on.</returns>
    Task<string> Open(OpenRequest request);

    /// <summary>Where it is.</summary>
    Task<string> Where(long attempt);

    /// <summary>
    /// One update: waits for the codes of all pieces of the minibatch, and exchanges the gradients that they gave. Answers when the next
    /// messages may follow; <see cref="Report"/> tells of the arithmetic.
    /// </summary>
    [ResponseTimeout("00:10:00")]
    Task Step(StepId at);

    /// <summary>The loss of a piece's codes and its gradients. Pieces are worked on in their order, in whichever they come.</summary>
    [AlwaysInterleave]
    [ResponseTimeout("00:10:00")]
    Task<AnswerMessage> Decode(StepId at, CodesMessage codes);

    /// <summary>Waits for the arithmetic of some steps. Each step is to be asked for once.</summary>
    /// <param name="first">Attempt and first step.</param>
    /// <param name="count">How many steps.</param>
    /// <exception cref="NonFiniteException">A loss is not a finite number.</exception>
    [AlwaysInterleave]
    [ResponseTimeout("00:10:00")]
    Task<DecoderStep[]> Report(StepId first, int count);

    /// <summary>Images of codes as bytes of a PNG.</summary>
    /// <param name="attempt">The attempt that the actor was opened in.</param>
    /// <param name="codes">Shape (count, Z).</param>
    /// <param name="besideData">Whether each image stands to the right of the training image that its code comes from.</param>
    /// <param name="rows">Rows of the grid.</param>
    /// <param name="columns">Columns of the grid.</param>
    [ResponseTimeout("00:02:00")]
    Task<byte[]> Paint(long attempt, TensorMessage codes, bool besideData, int rows, int columns);
}

/// <summary>The codes of one piece of a minibatch, S = k·B rows.</summary>
/// <param name="Piece">Which piece, from 0.</param>
/// <param name="Codes">z, shape (S, Z).</param>
/// <param name="Term">r, shape (S); null for 0.</param>
/// <param name="Target">What to reconstruct, shape (B, H); null for the images.</param>
/// <param name="AskerSilo">Where the encoder is.</param>
[GenerateSerializer, Immutable, Alias("cluster.CodesMessage")]
public sealed record CodesMessage(int Piece, TensorMessage Codes, TensorMessage? Term, TensorMessage? Target, string AskerSilo);

/// <summary>The decoder's answer to the codes of a piece.</summary>
/// <param name="Weight">dL/dr, shape (S).</param>
/// <param name="CodeGradient">dL/dz, shape (S, Z); null where the estimator does not ask for it.</param>
/// <param name="LogLikelihood">log p(x|z), shape (S); null where the estimator does not ask for it.</param>
[GenerateSerializer, Immutable, Alias("cluster.AnswerMessage")]
public sealed record AnswerMessage(TensorMessage Weight, TensorMessage? CodeGradient, TensorMessage? LogLikelihood);

/// <summary>What a decoder update reports; means over the replica's batch.</summary>
/// <param name="Loss">Minus the bound, or the reconstruction error.</param>
/// <param name="Reconstruction">Mean of −log p(x|z).</param>
/// <param name="Rate">Mean of −r: β·KL, or log q(z|x) − log p(z).</param>
[GenerateSerializer, Immutable, Alias("cluster.DecoderStep")]
public readonly record struct DecoderStep(double Loss, double Reconstruction, double Rate);
