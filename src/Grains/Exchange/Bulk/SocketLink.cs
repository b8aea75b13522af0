using System.Net;
using System.Net.Sockets;

namespace Cluster.Grains;

/// <summary>A link through a plain TCP connection, read and written by its <see cref="BulkThread"/>. Back-pressure is TCP's own: a sender waits for its receiver.</summary>
internal sealed class SocketLink(BulkWatch watch) : ConnectionLink
{
    /// <summary>A socket to the other side, and the thread that works for it.</summary>
    public BulkWatch Watch => watch;

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

    public override ValueTask DisposeAsync()
    {
        watch.Close();
        return ValueTask.CompletedTask;
    }

    protected override async ValueTask<int> Some(Memory<byte> into, CancellationToken cancellation)
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
