using System.Buffers.Binary;

namespace Cluster.Grains;

/// <summary>
/// What goes over a bulk connection, little-endian. First the hello: magic "CBK1", flags (1: the client would like shared memory);
/// the server answers with magic, flags, and where memory is to be shared with the nonce and the path of it, which the client
/// answers with 1 or 0. Then requests, one after the other: the offer's id, round, first byte and count. The answer to each is a
/// row of buckets: a head with the number of the bucket's bytes, the bytes, zeros up to a multiple of eight, and a tail with their
/// CRC-32C (0 through shared memory). A head with a negative count ends the answer with a reason in UTF-8.
/// </summary>
internal static class BulkProtocol
{
    public const uint Magic = 0x314B4243;
    public const uint SharedMemory = 1;
    public const int HelloBytes = 8;
    public const int RequestBytes = 48;
    public const int HeadBytes = 8;
    public const int TailBytes = 8;

    /// <summary>
    /// Bytes that are checked and handed to the kernel, or taken from it and checked, at a time: they stay in the processor's cache, and
    /// the fewer calls the better.
    /// </summary>
    public const int PieceBytes = 1 << 20;

    /// <summary>Up to here a transfer takes less time than it takes to wake another thread for it.</summary>
    public const int SmallBytes = 16 << 10;

    /// <summary>Bytes that share one head and one checksum.</summary>
    public const int BucketBytes = 1 << 20;

    /// <summary>Longest path of shared memory, and longest reason.</summary>
    public const int MaximumText = 1024;

    public static int Padding(int count) => -count & 7;

    public static void WriteHello(Span<byte> into, uint flags)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(into, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(into[4..], flags);
    }

    /// <exception cref="IOException">No hello of this version.</exception>
    public static uint ReadHello(ReadOnlySpan<byte> from) => BinaryPrimitives.ReadUInt32LittleEndian(from) == Magic
        ? BinaryPrimitives.ReadUInt32LittleEndian(from[4..])
        : throw new IOException($"the other side does not speak this program's bulk protocol: it began with 0x{BinaryPrimitives.ReadUInt32LittleEndian(from):X8}");

    public static void WriteHead(Span<byte> into, int count) => BinaryPrimitives.WriteInt64LittleEndian(into, count);

    /// <exception cref="IOException">No head.</exception>
    public static int ReadHead(ReadOnlySpan<byte> from) => BinaryPrimitives.ReadInt64LittleEndian(from) is >= -MaximumText and <= BucketBytes and var count
        ? (int)count
        : throw new IOException("what came is no head of a bucket");

    public static void WriteTail(Span<byte> into, int padding, uint checksum)
    {
        into[..(padding + TailBytes)].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(into[padding..], checksum);
    }

    public static uint ReadTail(ReadOnlySpan<byte> from, int padding) => BinaryPrimitives.ReadUInt32LittleEndian(from[padding..]);
}

/// <summary>What a client asks for.</summary>
/// <param name="Id">The offer.</param>
/// <param name="Round">Which filling of it.</param>
/// <param name="Offset">First byte.</param>
/// <param name="Count">How many.</param>
internal readonly record struct BulkRequest(Guid Id, long Round, long Offset, long Count)
{
    public void Write(Span<byte> into)
    {
        into[..BulkProtocol.RequestBytes].Clear();
        Id.TryWriteBytes(into);
        BinaryPrimitives.WriteInt64LittleEndian(into[16..], Round);
        BinaryPrimitives.WriteInt64LittleEndian(into[24..], Offset);
        BinaryPrimitives.WriteInt64LittleEndian(into[32..], Count);
    }

    public static BulkRequest Read(ReadOnlySpan<byte> from) => new(
        new Guid(from[..16]),
        BinaryPrimitives.ReadInt64LittleEndian(from[16..]),
        BinaryPrimitives.ReadInt64LittleEndian(from[24..]),
        BinaryPrimitives.ReadInt64LittleEndian(from[32..]));
}
