using static TorchSharp.torch;

namespace Cluster.Models.Autoencoders;

/// <summary>A decoder's answer to codes of S = k·B rows. The caller owns the tensors.</summary>
/// <param name="Loss">The decoder's part of the piece's mean loss: a scalar.</param>
/// <param name="CodeGradient">d(share · loss)/dz, shape (S, Z); null where the estimator does not ask for it.</param>
/// <param name="Weight">d(share · loss)/dr = d(share · loss)/d log p(x|z), shape (S): what each row weighs, negative.</param>
/// <param name="LogLikelihood">log p(x|z) of each row, shape (S): the signal of the log-derivative estimator.</param>
public sealed record Answer(Tensor Loss, Tensor? CodeGradient, Tensor Weight, Tensor LogLikelihood) : IDisposable
{
    /// <summary>Takes all tensors out of the present dispose scope.</summary>
    public Answer Detach()
    {
        Loss.DetachFromDisposeScope();
        CodeGradient?.DetachFromDisposeScope();
        Weight.DetachFromDisposeScope();
        LogLikelihood.DetachFromDisposeScope();
        return this;
    }

    /// <summary>Frees all.</summary>
    public void Dispose()
    {
        Loss.Dispose();
        CodeGradient?.Dispose();
        Weight.Dispose();
        LogLikelihood.Dispose();
    }
}
