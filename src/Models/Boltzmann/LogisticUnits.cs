using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Boltzmann;

/// <summary>
/// Means and samples of layers of logistic units, in place. In float32 on the CPU one pass of vector code over the tensor's
/// memory; elsewhere the same formulas in tensor operations. Call it without gradient mode.
/// </summary>
internal static class LogisticUnits
{
    /// <summary>x ← σ(x + bias).</summary>
    /// <param name="x_BU">What the units receive, contiguous, shape (B, U); becomes their means.</param>
    /// <param name="bias_U">Shape (U).</param>
    internal static void Mean(Tensor x_BU, Tensor bias_U)
    {
        if (IsFused(x_BU)) ForRows(new MeanPass(x_BU.AsFloats(), bias_U.AsFloats()), x_BU);
        else x_BU.Add_(bias_U).sigmoid_();
    }

    /// <summary>Draws units: x ← σ(scale·x + biasScale·bias), sample ← 1 with that probability, else 0.</summary>
    /// <param name="x_BU">What the units receive, contiguous, shape (B, U); becomes their means.</param>
    /// <param name="bias_U">Shape (U).</param>
    /// <param name="sample_BU">Takes the samples, shape (B, U).</param>
    /// <param name="stream">One uniform number for each unit, in row-major order.</param>
    /// <param name="scales">For each row; empty for 1.</param>
    /// <param name="biasScales">For each row; empty for 1.</param>
    internal static void Sample(
        Tensor x_BU, Tensor bias_U, Tensor sample_BU, RandomStream stream, ReadOnlySpan<float> scales = default, ReadOnlySpan<float> biasScales = default)
    {
        stream.FillUniform(sample_BU);
        if (IsFused(x_BU))
        {
            ForRows(new SamplePass(x_BU.AsFloats(), bias_U.AsFloats(), sample_BU.AsFloats(), scales, biasScales), x_BU);
            return;
        }

        using DisposeScope scope = NewDisposeScope();
        if (!scales.IsEmpty) x_BU.mul_(Column(scales, x_BU));
        x_BU.Add_(biasScales.IsEmpty ? bias_U : Column(biasScales, x_BU) * bias_U).sigmoid_();
        sample_BU.copy_(sample_BU.lt(x_BU));
    }

    internal static bool IsFused(Tensor x) => x.device_type == DeviceType.CPU && x.dtype == ScalarType.Float32;

    /// <summary>Elements that a thread takes at a time, in whole rows.</summary>
    private const int Grain = 1 << 13;

    private static void ForRows<T>(T pass, Tensor x_BU)
        where T : struct, IRangeWork, allows ref struct
    {
        int units = (int)x_BU.shape[^1];
        IntraOp.For((int)(x_BU.NumberOfElements / units), Math.Max(1, Grain / units), pass);
    }

    private static Tensor Column(ReadOnlySpan<float> values, Tensor like) =>
        tensor(values.ToArray()).to(like.dtype, like.device).unsqueeze(1);

    private readonly ref struct MeanPass(Span<float> x, ReadOnlySpan<float> bias) : IRangeWork
    {
        private readonly Span<float> _x = x;
        private readonly ReadOnlySpan<float> _bias = bias;

        public void Run(int first, int count) => LogisticKernel.Mean(_x.Slice(first * _bias.Length, count * _bias.Length), _bias);
    }

    private readonly ref struct SamplePass(
        Span<float> x, ReadOnlySpan<float> bias, Span<float> u, ReadOnlySpan<float> scales, ReadOnlySpan<float> biasScales) : IRangeWork
    {
        private readonly Span<float> _x = x, _u = u;
        private readonly ReadOnlySpan<float> _bias = bias, _scales = scales, _biasScales = biasScales;

        public void Run(int first, int count)
        {
            int begin = first * _bias.Length, length = count * _bias.Length;
            LogisticKernel.Sample(_x.Slice(begin, length), _bias, _u.Slice(begin, length), Rows(_scales, first, count), Rows(_biasScales, first, count));
        }

        private static ReadOnlySpan<float> Rows(ReadOnlySpan<float> scales, int first, int count) => scales.IsEmpty ? scales : scales.Slice(first, count);
    }
}
