using System.Diagnostics;

namespace Cluster.Grains;

/// <summary>
/// A link through memory that both sides share. Who finds nothing to do looks again for a moment and then sleeps; the other side
/// wakes it with a byte through the socket over which they met, which also tells each when the other has died.
/// </summary>
/// <param name="rings">The memory.</param>
/// <param name="side">0 for who made it, 1 for who opened it: writes the ring of its number and reads the other.</param>
/// <param name="bell">The connection over which they met.</param>
internal sealed class MemoryLink(SharedRings rings, int side, Stream bell) : BulkLink
{
    /// <summary>The other side works on one piece while the next is written.</summary>
    private const int PieceBytes = 128 << 10;

    private static readonly long SpinTicks = Stopwatch.Frequency * 40 / 1_000_000;

    private static readonly byte[] Ring = [1];

    private readonly byte[] _rung = new byte[64];
    private readonly int _outward = side;
    private readonly int _inward = 1 - side;
    private readonly Lock _gate = new();
    private int _busy;
    private bool _closed;
    private long _sent;
    private long _received;

    /// <summary>Memory of one machine is as trustworthy as the tensors themselves.</summary>
    public override bool NeedsChecksum => false;

    public override string Kind => "memory";

    public override async ValueTask Send(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        using Use use = new(this);
        while (bytes.Length > 0)
        {
            int room = Room();
            if (room == 0)
            {
                await WaitForRoom(cancellation);
                continue;
            }

            int piece = Math.Min(Math.Min(room, PieceBytes), bytes.Length);
            Span<byte> into = rings.From(_outward, _sent);
            piece = Math.Min(piece, into.Length);
            bytes.Span[..piece].CopyTo(into);
            bytes = bytes[piece..];
            _sent += piece;
            Volatile.Write(ref rings.Written(_outward), _sent);
            if (Wakes(ref rings.ReaderSleeps(_outward)))
            {
                await bell.WriteAsync(Ring, cancellation);
            }
        }
    }

    public override async ValueTask Receive(Memory<byte> into, CancellationToken cancellation)
    {
        using Use use = new(this);
        for (int done = 0; done < into.Length;)
        {
            int piece = Math.Min(await Ready(cancellation), into.Length - done);
            rings.From(_inward, _received)[..piece].CopyTo(into.Span[done..]);
            done += piece;
            await Release(piece, cancellation);
        }
    }

    public override async ValueTask Receive(int count, BulkConsumer consumer, CancellationToken cancellation)
    {
        using Use use = new(this);
        for (int done = 0; done < count;)
        {
            int piece = Math.Min(await Ready(cancellation), count - done);

            // Elements may not straddle two pieces, so only the last piece may have an odd length.
            if (piece < count - done && (piece &= ~7) == 0)
            {
                throw new IOException("a bulk transfer came in pieces smaller than an element");
            }

            consumer(rings.From(_inward, _received)[..piece], done);
            done += piece;
            await Release(piece, cancellation);
        }
    }

    /// <summary>What is under way fails at its next sleep, as the bell is gone. The memory goes with the last who uses it.</summary>
    public override async ValueTask DisposeAsync()
    {
        await bell.DisposeAsync();
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            if (_busy > 0)
            {
                return;
            }
        }

        rings.Dispose();
    }

    private async ValueTask<int> Ready(CancellationToken cancellation)
    {
        int ready = Unread();
        while (ready == 0)
        {
            await WaitForBytes(cancellation);
            ready = Unread();
        }

        return Math.Min(Math.Min(ready, PieceBytes), rings.From(_inward, _received).Length);
    }

    private async ValueTask Release(int piece, CancellationToken cancellation)
    {
        _received += piece;
        Volatile.Write(ref rings.Read(_inward), _received);
        if (Wakes(ref rings.WriterSleeps(_inward)))
        {
            await bell.WriteAsync(Ring, cancellation);
        }
    }

    private int Unread() => Within(Volatile.Read(ref rings.Written(_inward)) - _received);

    private int Room() => SharedRings.RingBytes - Within(_sent - Volatile.Read(ref rings.Read(_outward)));

    private async ValueTask WaitForBytes(CancellationToken cancellation)
    {
        if (Spin(static link => link.Unread() > 0))
        {
            return;
        }

        Interlocked.Exchange(ref rings.ReaderSleeps(_inward), 1);
        if (Unread() == 0)
        {
            await Sleep(cancellation);
        }

        Volatile.Write(ref rings.ReaderSleeps(_inward), 0);
    }

    private async ValueTask WaitForRoom(CancellationToken cancellation)
    {
        if (Spin(static link => link.Room() > 0))
        {
            return;
        }

        Interlocked.Exchange(ref rings.WriterSleeps(_outward), 1);
        if (Room() == 0)
        {
            await Sleep(cancellation);
        }

        Volatile.Write(ref rings.WriterSleeps(_outward), 0);
    }

    private bool Spin(Func<MemoryLink, bool> done)
    {
        long until = Stopwatch.GetTimestamp() + SpinTicks;
        do
        {
            Thread.SpinWait(10);
            if (done(this))
            {
                return true;
            }
        }
        while (Stopwatch.GetTimestamp() < until);
        return false;
    }

    /// <summary>Until the bell rings. It may have rung for something that was seen long ago: look again after it.</summary>
    private async ValueTask Sleep(CancellationToken cancellation)
    {
        if (await bell.ReadAsync(_rung, cancellation) == 0)
        {
            throw new EndOfStreamException("the connection was closed");
        }
    }

    /// <summary>Whether the other side sleeps; the exchange orders this after the counter that was just written.</summary>
    private static bool Wakes(ref long sleeps)
    {
        Interlocked.MemoryBarrier();
        return Volatile.Read(ref sleeps) != 0 && Interlocked.Exchange(ref sleeps, 0) != 0;
    }

    private static int Within(long bytes) => bytes is >= 0 and <= SharedRings.RingBytes
        ? (int)bytes
        : throw new IOException("the shared memory of a bulk transfer was damaged by its other side");

    /// <summary>Keeps the memory mapped while an operation touches it: to read it after that would end the process.</summary>
    private sealed class Use : IDisposable
    {
        private readonly MemoryLink _link;

        public Use(MemoryLink link)
        {
            _link = link;
            lock (link._gate)
            {
                ObjectDisposedException.ThrowIf(link._closed, link);
                link._busy++;
            }
        }

        public void Dispose()
        {
            bool last;
            lock (_link._gate)
            {
                last = --_link._busy == 0 && _link._closed;
            }

            if (last)
            {
                _link.Free();
            }
        }
    }

    private void Free() => rings.Dispose();
}
