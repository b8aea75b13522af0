using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Cluster.Numerics;

/// <summary>
/// The memory of a CPU tensor as a span, without a copy. The span is good while the tensor lives: keep the tensor referenced until
/// the last use. What is written so is not seen by autograd's version counters.
/// </summary>
public static class TensorBytes
{
    /// <summary>The elements, in row-major order.</summary>
    /// <exception cref="ArgumentException">Not a contiguous float32 tensor on the CPU.</exception>
    public static Span<float> AsFloats(this torch.Tensor tensor) => As<float>(tensor, torch.ScalarType.Float32);

    /// <summary>The elements, in row-major order.</summary>
    /// <exception cref="ArgumentException">Not a contiguous float64 tensor on the CPU.</exception>
    public static Span<double> AsDoubles(this torch.Tensor tensor) => As<double>(tensor, torch.ScalarType.Float64);

    /// <summary>The elements, in row-major order.</summary>
    /// <exception cref="ArgumentException">Not a contiguous int64 tensor on the CPU.</exception>
    public static Span<long> AsLongs(this torch.Tensor tensor) => As<long>(tensor, torch.ScalarType.Int64);

    /// <summary>The bytes of any contiguous CPU tensor.</summary>
    /// <exception cref="ArgumentException">Not contiguous, or not on the CPU, or of 2 GiB and more.</exception>
    public static Span<byte> AsBytes(this torch.Tensor tensor)
    {
        if (tensor.device_type != DeviceType.CPU || !tensor.is_contiguous())
            throw new ArgumentException($"A span needs a contiguous tensor on the CPU; this one of shape [{string.Join(", ", tensor.shape)}] is "
                + (tensor.device_type != DeviceType.CPU ? $"on {tensor.device_type}." : "not contiguous."));
        if (tensor.NumberOfElements * tensor.ElementSize > int.MaxValue)
            throw new ArgumentException($"A span holds less than 2 GiB; this tensor has {tensor.NumberOfElements * tensor.ElementSize} bytes. Take it in narrower pieces.");
        return tensor.NumberOfElements == 0 ? [] : tensor.bytes;
    }

    private static Span<T> As<T>(torch.Tensor tensor, torch.ScalarType dtype, [CallerMemberName] string caller = "") where T : struct =>
        tensor.dtype == dtype
            ? MemoryMarshal.Cast<byte, T>(tensor.AsBytes())
            : throw new ArgumentException($"{caller} needs a tensor of dtype {dtype}; this one is {tensor.dtype}.");
}
