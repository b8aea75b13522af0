namespace Cluster.Numerics;

/// <summary>One tensor of a file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DType">F32, F16, BF16, F64, I64 or U8.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Offset">Its first byte, from the beginning of the file's data section.</param>
/// <param name="Length">Its bytes.</param>
public sealed record SafetensorsEntry(string Name, string DType, long[] Shape, long Offset, long Length);
