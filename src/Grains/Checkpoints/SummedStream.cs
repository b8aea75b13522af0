using System.Security.Cryptography;

namespace Cluster.Grains;

/// <summary>Writes through to another stream and takes the SHA-256 of what is written, so that no file need be read again for its sum.</summary>
/// <param name="inner">Stays open.</param>
/// <param name="busy">Whether a device computes: meanwhile the writing rests about as long as it works, since a busy core slows its neighbours.</param>
internal sealed class SummedStream(Stream inner, Func<bool> busy) : Stream
{
    /// <summary>Summed while the processor's cache still has what was just copied out of it.</summary>
    private const int PieceBytes = 512 << 10;

    private readonly IncrementalHash _sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    /// <summary>Bytes so far.</summary>
    public override long Length => Position;

    public override long Position { get; set; }

    /// <summary>The sum of all so far, lower-case hexadecimal.</summary>
    public string Sum() => Convert.ToHexStringLower(_sum.GetCurrentHash());

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            ReadOnlySpan<byte> piece = buffer[..Math.Min(buffer.Length, PieceBytes)];
            inner.Write(piece);
            _sum.AppendData(piece);
            Position += piece.Length;
            buffer = buffer[piece.Length..];
            if (busy())
            {
                Thread.Sleep(1);
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _sum.Dispose();
        }

        base.Dispose(disposing);
    }
}
