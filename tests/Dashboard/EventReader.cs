using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Cluster.Dashboard.Tests;

/// <summary>Reads TensorBoard event files, written from the format's description alone; it shares nothing with the writer.</summary>
internal static class EventReader
{
    /// <summary>One event.</summary>
    public sealed record Event(double WallTime, long Step, string? Version, IReadOnlyList<Value> Values);

    /// <summary>One value of a summary.</summary>
    public sealed record Value(string Tag, float? Scalar, string? Size, byte[]? Image)
    {
        public string Shown => Size ?? Scalar!.Value.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The records of a file, each checked against its sums.</summary>
    public static IEnumerable<byte[]> Records(byte[] file)
    {
        for (int at = 0; at < file.Length;)
        {
            ulong length = BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at, 8));
            Check(file.AsSpan(at, 8), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8, 4)));
            byte[] record = file.AsSpan(at + 12, checked((int)length)).ToArray();
            Check(record, BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + record.Length, 4)));
            yield return record;
            at += 16 + record.Length;
        }
    }

    /// <summary>The event in a record.</summary>
    public static Event Read(byte[] record)
    {
        double time = 0;
        long step = 0;
        string? version = null;
        List<Value> values = [];
        foreach ((int field, object value) in Fields(record))
        {
            switch (field)
            {
                case 1: time = BitConverter.UInt64BitsToDouble((ulong)value); break;
                case 2: step = (long)(ulong)value; break;
                case 3: version = Encoding.UTF8.GetString((byte[])value); break;
                case 5: values.AddRange(Fields((byte[])value).Where(each => each.Field == 1).Select(each => Summary((byte[])each.Value))); break;
                default: throw new FormatException($"an event has no field {field}");
            }
        }

        return new Event(time, step, version, values);
    }

    /// <summary>Castagnoli's polynomial, bit by bit.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0xFFFFFFFF;
        foreach (byte each in bytes)
        {
            sum ^= each;
            for (int bit = 0; bit < 8; bit++)
            {
                sum = (sum & 1) == 0 ? sum >> 1 : (sum >> 1) ^ 0x82F63B78;
            }
        }

        return ~sum;
    }

    private static void Check(ReadOnlySpan<byte> bytes, uint masked)
    {
        uint turned = masked - 0xA282EAD8;
        if (((turned >> 17) | (turned << 15)) != Crc32C(bytes))
        {
            throw new FormatException("the sum does not agree");
        }
    }

    private static Value Summary(byte[] message)
    {
        Dictionary<int, object> fields = Fields(message).ToDictionary(each => each.Field, each => each.Value);
        string tag = Encoding.UTF8.GetString((byte[])fields[1]);
        if (fields.TryGetValue(2, out object? scalar))
        {
            return new Value(tag, BitConverter.UInt32BitsToSingle((uint)scalar), null, null);
        }

        Dictionary<int, object> image = Fields((byte[])fields[4]).ToDictionary(each => each.Field, each => each.Value);
        return new Value(tag, null, $"{image[2]}x{image[1]}x{image[3]}", (byte[])image[4]);
    }

    private static IEnumerable<(int Field, object Value)> Fields(byte[] message)
    {
        int at = 0;
        while (at < message.Length)
        {
            ulong key = Varint(message, ref at);
            object value;
            switch (key & 7)
            {
                case 0:
                    value = Varint(message, ref at);
                    break;
                case 1:
                    value = BinaryPrimitives.ReadUInt64LittleEndian(message.AsSpan(at, 8));
                    at += 8;
                    break;
                case 2:
                    int length = (int)Varint(message, ref at);
                    value = message[at..(at + length)];
                    at += length;
                    break;
                case 5:
                    value = BinaryPrimitives.ReadUInt32LittleEndian(message.AsSpan(at, 4));
                    at += 4;
                    break;
                default:
                    throw new FormatException("an unknown wire type");
            }

            yield return ((int)(key >> 3), value);
        }
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte each = message[at++];
            value |= (ulong)(each & 0x7F) << shift;
            if (each < 0x80)
            {
                return value;
            }
        }
    }
}
