using static TorchSharp.torch;

namespace Cluster.Numerics;

/// <summary>Codes and sizes of the dtypes that tensor messages carry. The codes are part of the format: never renumber.</summary>
public static class WireType
{
    private static readonly ScalarType[] Types =
    [
        ScalarType.Byte, ScalarType.Int8, ScalarType.Int16, ScalarType.Int32, ScalarType.Int64,
        ScalarType.Float16, ScalarType.BFloat16, ScalarType.Float32, ScalarType.Float64, ScalarType.Bool,
    ];

    /// <summary>The code of a dtype.</summary>
    /// <exception cref="ArgumentException">Tensors of that dtype cannot be sent.</exception>
    public static byte CodeOf(ScalarType dtype)
    {
        var place = Array.IndexOf(Types, dtype);
        return place >= 0 ? (byte)(place + 1) : throw new ArgumentException($"Tensors of dtype {dtype} cannot be sent; those that can are {string.Join(", ", Types)}.");
    }

    /// <summary>The dtype of a code; false for an unknown one.</summary>
    public static bool TryFromCode(byte code, out ScalarType dtype)
    {
        var known = code >= 1 && code <= Types.Length;
        dtype = known ? Types[code - 1] : default;
        return known;
    }

    /// <summary>Bytes of one element.</summary>
    public static int SizeOf(ScalarType dtype) => dtype switch
    {
        ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool => 1,
        ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
        ScalarType.Int32 or ScalarType.Float32 => 4,
        ScalarType.Int64 or ScalarType.Float64 => 8,
        _ => throw new ArgumentException($"Tensors of dtype {dtype} have no size here."),
    };
}
