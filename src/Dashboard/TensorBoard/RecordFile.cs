using System.Buffers.Binary;
using System.Numerics;

namespace Cluster.Dashboard;

/// <summary>
/// TFRecord framing: length, masked CRC-32C of the length, the record, masked CRC-32C of the record
/// (<c>tensorflow/core/lib/io/record_writer.h</c>).
/// </summary>
internal static class RecordFile
{
    /// <summary>Appends one record.</summary>
    public static void Write(Stream to, ReadOnlySpan<byte> record)
    {
        Span<byte> head = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(head, (ulong)record.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], Masked(head[..8]));
        to.Write(head);
        to.Write(record);
        Span<byte> foot = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(foot, Masked(record));
        to.Write(foot);
    }

    /// <summary>A sum of bytes that hold sums themselves would be weak: it is rotated, and a constant added.</summary>
    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        uint sum = ~0u;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (byte each in bytes)
        {
            sum = BitOperations.Crc32C(sum, each);
        }

        return BitOperations.RotateRight(~sum, 15) + 0xa282ead8;
    }
}
