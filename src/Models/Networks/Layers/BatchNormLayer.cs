using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>
/// Batch normalization (torch.nn.BatchNorm2d and BatchNorm1d; Ioffe and Szegedy 2015, arXiv:1502.03167) over all dimensions but the
/// second. It keeps no running averages: see <see cref="NetworkPass.WithStatistics"/>.
/// </summary>
public sealed record BatchNormLayer : Layer
{
    private const double Epsilon = 1e-5;

    /// <summary>Whether a gain and a shift of each channel follow.</summary>
    public bool Affine { get; init; } = true;

    /// <inheritdoc/>
    public override bool RowsAreIndependent => false;

    /// <inheritdoc/>
    public override long[] OutputShape(long[] inputShape) => inputShape;

    /// <inheritdoc/>
    public override IEnumerable<ParameterSpec> Parameters(long[] inputShape)
    {
        if (Affine)
        {
            yield return new ParameterSpec("weight", [inputShape[0]], Initializer.Ones);
            yield return new ParameterSpec("bias", [inputShape[0]], Initializer.Zeros);
        }
    }

    /// <inheritdoc/>
    public override Tensor Apply(FlatParameters parameters, string prefix, Tensor x) =>
        nn.functional.batch_norm(x, null, null, Gain(parameters, prefix), Shift(parameters, prefix), training: true, eps: Epsilon);

    /// <inheritdoc/>
    public override Tensor Apply(NetworkPass pass, string prefix, Tensor x)
    {
        if (pass.Statistics is not { } statistics)
        {
            return Apply(pass.Parameters, prefix, x);
        }

        if (!statistics.IsFinished)
        {
            long[] dimensions = [.. Enumerable.Range(0, (int)x.dim()).Where(dimension => dimension != 1).Select(dimension => (long)dimension)];
            statistics.Add(prefix, x.mean(dimensions), x.var(dimensions, unbiased: true));
            return Apply(pass.Parameters, prefix, x);
        }

        (Tensor mean_C, Tensor variance_C) = statistics.Of(prefix);
        return nn.functional.batch_norm(
            x, mean_C, variance_C, Gain(pass.Parameters, prefix), Shift(pass.Parameters, prefix), training: false, eps: Epsilon);
    }

    private Tensor? Gain(FlatParameters parameters, string prefix) => Affine ? parameters[prefix + "weight"] : null;

    private Tensor? Shift(FlatParameters parameters, string prefix) => Affine ? parameters[prefix + "bias"] : null;
}
