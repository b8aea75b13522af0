namespace Cluster.Grains;

/// <summary>
/// A link through memory that both sides share. Who finds nothing to do looks again for a moment and then sleeps; the other side
/// wakes it with a byte through the socket over which they met, which also tells each when the other has died. It does so when
/// a whole bucket is there, or half a ring: to wake somebody for each piece takes longer than to copy it.
/// </summary>
/// <param name="rings">The memory.</param>
/// <param name="side">0 for who made it, 1 for who opened it: writes the ring of its number and reads the other.</param>
/// <param name="first">The link over which they met; it ends with this one.</param>
/// <param name="bell">Its socket.</param>
internal sealed class MemoryLink(SharedRings rings, int side, BulkLink first, BulkWatch bell) : BulkLink
{
    /// <summary>The other side works on one piece while the next is written.</summary>
    private const int PieceBytes = 128 << 10;

    /// <summary>So much is worth to wake the other side for.</summary>
    private const int WorthBytes = SharedRings.RingBytes / 2;

    private readonly byte[] _rung = new byte[64];
    private BytesSign? _bytes;
    private RoomSign? _room;
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

    public override bool Ended => bell.Ended;

    public override async ValueTask Send(ReadOnlyMemory<byte> bytes, bool more, CancellationToken cancellation)
    {
        using Use use = new(this);
        while (bytes.Length > 0)
        {
            int room = Room();
            if (room == 0)
            {
                await Wait(_room ??= new RoomSign(this, rings), cancellation);
                continue;
            }

            int piece = Math.Min(Math.Min(room, PieceBytes), bytes.Length);
            Span<byte> into = rings.From(_outward, _sent);
            piece = Math.Min(piece, into.Length);
            bytes.Span[..piece].CopyTo(into);
            bytes = bytes[piece..];
            _sent += piece;
            Volatile.Write(ref rings.Written(_outward), _sent);
            bool whole = !more && bytes.Length == 0;
            if ((whole || Room() <= SharedRings.RingBytes - WorthBytes) && Wakes(ref rings.ReaderSleeps(_outward)))
            {
                Ring();
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
            Release(piece);
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
            Release(piece);
        }
    }

    /// <summary>What is under way fails at its next sleep, as the bell is gone. The memory goes with the last who uses it.</summary>
    public override async ValueTask DisposeAsync()
    {
        await first.DisposeAsync();
        bell.Close();
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
            await Wait(_bytes ??= new BytesSign(this, rings), cancellation);
            ready = Unread();
        }

        return Math.Min(Math.Min(ready, PieceBytes), rings.From(_inward, _received).Length);
    }

    private void Release(int piece)
    {
        _received += piece;
        Volatile.Write(ref rings.Read(_inward), _received);
        if (Unread() <= SharedRings.RingBytes - WorthBytes && Wakes(ref rings.WriterSleeps(_inward)))
        {
            Ring();
        }
    }

    private int Unread() => Within(Volatile.Read(ref rings.Written(_inward)) - _received);

    private int Room() => SharedRings.RingBytes - Within(_sent - Volatile.Read(ref rings.Read(_outward)));

    private async ValueTask Wait(IBulkSign sign, CancellationToken cancellation)
    {
        await bell.Thread.Enter();
        if (bell.OnChange is null)
        {
            // What came before nobody listened was reported to nobody.
            bell.OnChange = Heard;
            Heard();
        }

        if (!sign.Seen)
        {
            await bell.Change(cancellation, sign);
        }
    }

    /// <summary>Where no byte more goes in, so many are there that the other side will wake.</summary>
    private void Ring() => SocketCalls.Send(bell.Socket, [1], more: false);

    /// <summary>The bell may have rung for something that was seen long ago.</summary>
    private void Heard()
    {
        try
        {
            while (SocketCalls.Receive(bell.Socket, _rung) > 0)
            {
            }
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            bell.End();
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

    /// <summary>There are bytes to read.</summary>
    private sealed class BytesSign(MemoryLink link, SharedRings rings) : IBulkSign
    {
        public bool Seen => Volatile.Read(ref rings.Written(link._inward)) != link._received;

        public void Sleep() => Interlocked.Exchange(ref rings.ReaderSleeps(link._inward), 1);

        public void Wake() => Volatile.Write(ref rings.ReaderSleeps(link._inward), 0);
    }

    /// <summary>There is room to write.</summary>
    private sealed class RoomSign(MemoryLink link, SharedRings rings) : IBulkSign
    {
        public bool Seen => link._sent - Volatile.Read(ref rings.Read(link._outward)) != SharedRings.RingBytes;

        public void Sleep() => Interlocked.Exchange(ref rings.WriterSleeps(link._outward), 1);

        public void Wake() => Volatile.Write(ref rings.WriterSleeps(link._outward), 0);
    }
}
