using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cluster.Numerics;

/// <summary>The name under which the ranks of one communicator find each other: ncclUniqueId of nccl.h, which passes it by value.</summary>
[InlineArray(Bytes)]
[StructLayout(LayoutKind.Sequential)]
public struct NcclUniqueId
{
    /// <summary>NCCL_UNIQUE_ID_BYTES.</summary>
    public const int Bytes = 128;

    private byte first;

    /// <summary>The id whose bytes came in a message.</summary>
    /// <exception cref="ArgumentException">Not 128 bytes.</exception>
    public static NcclUniqueId Of(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Bytes) throw new ArgumentException($"An NCCL id has {Bytes} bytes; these are {bytes.Length}.", nameof(bytes));
        NcclUniqueId id = default;
        bytes.CopyTo(id);
        return id;
    }

    /// <summary>The bytes, to travel in a message.</summary>
    public readonly byte[] ToArray()
    {
        ReadOnlySpan<byte> bytes = this;
        return bytes.ToArray();
    }
}
