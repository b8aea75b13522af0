using static TorchSharp.torch;

namespace Cluster.Numerics;

/// <summary>The dtypes of the format that this program reads and writes.</summary>
internal static class SafetensorsType
{
    internal const string Known = "F32, F16, BF16, F64, I64, U8";

    /// <summary>Bytes of one element; 0 for an unknown dtype.</summary>
    internal static int SizeOf(string dtype) => dtype switch { "U8" => 1, "F16" or "BF16" => 2, "F32" => 4, "F64" or "I64" => 8, _ => 0 };

    /// <summary>The name in the file; null for a dtype that the format lacks here.</summary>
    internal static string? NameOf(ScalarType dtype) => dtype switch
    {
        ScalarType.Float32 => "F32",
        ScalarType.Float16 => "F16",
        ScalarType.BFloat16 => "BF16",
        ScalarType.Float64 => "F64",
        ScalarType.Int64 => "I64",
        ScalarType.Byte => "U8",
        _ => null,
    };

    internal static ScalarType Of(string dtype) => dtype switch
    {
        "F32" => ScalarType.Float32,
        "F16" => ScalarType.Float16,
        "BF16" => ScalarType.BFloat16,
        "F64" => ScalarType.Float64,
        "I64" => ScalarType.Int64,
        _ => ScalarType.Byte,
    };
}
