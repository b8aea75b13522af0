using System.Buffers.Binary;

namespace Cluster.Silo.Tests;

/// <summary>Spoils good bytes in ways that break readers: flips, cuts, repeats, splices, extreme numbers. The same seed spoils the same way.</summary>
internal sealed class Fuzzer(int seed)
{
    private static readonly long[] Extremes = [0, -1, 1, 255, 256, 65535, 65536, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue, 1L << 40];
    private static readonly byte[][] Words = [.. new[]
    {
        "..", "../../etc/passwd", "/dev/zero", "\0", "\r\n", "\r\n\r\n", "{", "}", "[", "]", "\"", "'", "&a", "*a", "!!", ": ", "- ", "null", "true", "-1", "1e999", "99999999999999999999", "%s", "\ud7ff", "\t", "#",
        "\"shape\":[9223372036854775807]", "\"data_offsets\":[-1,4]", "Content-Length: -1\r\n", "Transfer-Encoding: chunked\r\n", "HTTP/9.9", "Host:\r\n",
    }.Select(System.Text.Encoding.UTF8.GetBytes)];

    private readonly Random _random = new(seed);

    public int Next(int below) => _random.Next(below);

    /// <summary>Random bytes.</summary>
    public byte[] Noise(int most)
    {
        byte[] bytes = new byte[_random.Next(most)];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Good bytes with one to six faults; now and then nothing but noise.</summary>
    public byte[] Spoil(ReadOnlySpan<byte> good)
    {
        if (_random.Next(20) == 0)
        {
            return Noise(2 * good.Length + 16);
        }

        List<byte> bytes = [.. good];
        for (int fault = _random.Next(1, 7); fault > 0 && bytes.Count > 0; fault--)
        {
            int at = _random.Next(bytes.Count), count = Math.Min(_random.Next(1, 32), bytes.Count - at);
            switch (_random.Next(8))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << _random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)_random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, count);
                    break;
                case 3:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, count));
                    break;
                case 5:
                    bytes.InsertRange(at, Words[_random.Next(Words.Length)]);
                    break;
                case 6:
                    byte[] word = Words[_random.Next(Words.Length)];
                    bytes.RemoveRange(at, Math.Min(word.Length, bytes.Count - at));
                    bytes.InsertRange(at, word);
                    break;
                default:
                    byte[] number = new byte[8];
                    BinaryPrimitives.WriteInt64LittleEndian(number, Extremes[_random.Next(Extremes.Length)]);
                    for (int each = 0; each < 8 && at + each < bytes.Count; each++)
                    {
                        bytes[at + each] = number[each];
                    }

                    break;
            }
        }

        return [.. bytes];
    }
}
