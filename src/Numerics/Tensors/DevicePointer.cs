using TorchSharp;

namespace Cluster.Numerics;

/// <summary>Where a tensor's memory begins, on its own device: for native libraries that work on device memory.</summary>
public static class DevicePointer
{
    /// <summary>Public from TorchSharp 0.107 on, so that it is asked for by name: with an older one all else still works.</summary>
    private static readonly Func<torch.Storage, nint>? Ask =
        typeof(torch.Storage).GetMethod("data_ptr", Type.EmptyTypes)?.CreateDelegate<Func<torch.Storage, nint>>();

    /// <summary>Whether this TorchSharp tells.</summary>
    public static bool IsKnown => Ask is not null;

    /// <summary>The address of the first element. It is good while the tensor lives.</summary>
    /// <exception cref="ArgumentException">Not contiguous, or neither float32 nor float64.</exception>
    /// <exception cref="NotSupportedException">This TorchSharp does not tell.</exception>
    public static nint Of(torch.Tensor tensor)
    {
        if (!tensor.is_contiguous()) throw new ArgumentException($"A device pointer needs a contiguous tensor; this one of shape [{string.Join(", ", tensor.shape)}] is not.");
        if (Ask is null) throw new NotSupportedException("TorchSharp tells where a tensor's memory is from version 0.107 on.");
        torch.Storage storage = tensor.dtype switch
        {
            torch.ScalarType.Float32 => tensor.storage<float>(),
            torch.ScalarType.Float64 => tensor.storage<double>(),
            _ => throw new ArgumentException($"A device pointer is told of float32 and float64; this tensor is {tensor.dtype}."),
        };
        return Ask(storage) + (nint)(tensor.storage_offset() * tensor.ElementSize);
    }
}
