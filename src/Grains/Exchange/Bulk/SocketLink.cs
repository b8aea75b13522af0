using System.Net;
using System.Net.Sockets;

namespace Cluster.Grains;

/// <summary>A link through a plain TCP connection, read and written by its <see cref="BulkThread"/>. Back-pressure is TCP's own: a sender waits for its receiver.</summary>
internal sealed class SocketLink(BulkWatch watch) : BulkLink
{
    /// <summary>Small enough to be in the processor's cache when the consumer reads what the kernel has just copied.</summary>
    private const int ScratchBytes = 256 << 10;


    private byte[]? _scratch;

    /// <summary>A socket to the other side, and the thread that works for it.</summary>
    public BulkWatch Watch => watch;

    public override bool NeedsChecksum => true;

    public override string Kind => "tcp";

    public override bool Ended
    {
        get
        {
            try
            {
                return watch.Ended || SocketCalls.HasEnded(watch.Socket);
            }
            catch (Exception gone) when (gone is IOException or ObjectDisposedException)
            {
                return true;
            }
        }
    }

    /// <summary>Connects the socket, which is new.</summary>
    /// <exception cref="SocketException">Nobody is there.</exception>
    public async ValueTask Connect(EndPoint there, CancellationToken cancellation)
    {
        await watch.Thread.Enter();
        watch.Socket.Blocking = false;
        try
        {
            watch.Socket.Connect(there);
        }
        catch (SocketException pending) when (pending.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            await watch.Change(cancellation);
            if ((int)watch.Socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! is not 0 and var error)
            {
                throw new SocketException(error);
            }
        }
    }

    public override async ValueTask Send(ReadOnlyMemory<byte> bytes, bool more, CancellationToken cancellation)
    {
        while (bytes.Length > 0)
        {
            int sent = SocketCalls.Send(watch.Socket, bytes.Span, more);
            if (sent > 0)
            {
                bytes = bytes[sent..];
            }
            else if (!watch.Thread.IsHere)
            {
                await watch.Thread.Enter();
            }
            else
            {
                await watch.Change(cancellation);
            }
        }
    }

    public override async ValueTask Receive(Memory<byte> into, CancellationToken cancellation)
    {
        while (into.Length > 0)
        {
            into = into[await Some(into, cancellation)..];
        }
    }

    public override async ValueTask Receive(int count, BulkConsumer consumer, CancellationToken cancellation)
    {
        _scratch ??= GC.AllocateUninitializedArray<byte>(ScratchBytes, pinned: true);
        int kept = 0;
        for (int done = 0; done < count;)
        {
            // Elements may not straddle two pieces: what is left of the last one goes before the next read.
            int whole = kept + await Some(_scratch.AsMemory(kept, Math.Min(ScratchBytes - kept, count - done - kept)), cancellation);
            kept = done + whole == count ? 0 : whole & 7;
            whole -= kept;
            if (whole > 0)
            {
                consumer(_scratch.AsSpan(0, whole), done);
                _scratch.AsSpan(whole, kept).CopyTo(_scratch);
                done += whole;
            }
        }
    }

    public override ValueTask DisposeAsync()
    {
        watch.Close();
        return ValueTask.CompletedTask;
    }

    /// <summary>Reads what is there, at least one byte.</summary>
    private async ValueTask<int> Some(Memory<byte> into, CancellationToken cancellation)
    {
        while (true)
        {
            int read = SocketCalls.Receive(watch.Socket, into.Span);
            if (read > 0)
            {
                return read;
            }

            if (!watch.Thread.IsHere)
            {
                await watch.Thread.Enter();
            }
            else
            {
                await watch.Change(cancellation);
            }
        }
    }
}
