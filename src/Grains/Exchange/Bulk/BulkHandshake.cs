using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Cluster.Grains;

/// <summary>Makes a link of a fresh connection: encryption where a certificate is set, then shared memory where both see it.</summary>
internal static class BulkHandshake
{
    /// <summary>The side that was connected to.</summary>
    public static async Task<BulkLink> Accept(Socket socket, BulkOptions options, CancellationToken cancellation)
    {
        BulkLink first = await Begin(socket, null, options, cancellation);
        SharedRings? rings = null;
        try
        {
            byte[] hello = new byte[BulkProtocol.HelloBytes];
            await first.Receive(hello, cancellation);
            uint flags = BulkProtocol.ReadHello(hello);
            rings = (flags & BulkProtocol.SharedMemory) != 0 && options.SharedMemory ? SharedRings.Create() : null;
            BulkProtocol.WriteHello(hello, rings is null ? 0 : BulkProtocol.SharedMemory);
            if (rings is null)
            {
                await first.Send(hello, more: false, cancellation);
                return first;
            }

            byte[] path = Encoding.UTF8.GetBytes(rings.Path);
            await first.Send((byte[])[.. hello, .. rings.Nonce, (byte)path.Length, .. path], more: false, cancellation);
            byte[] answer = new byte[1];
            await first.Receive(answer, cancellation);
            rings.CloseFile();
            if (answer[0] == 1)
            {
                BulkLink link = new MemoryLink(rings, 0, first, Bell(first, socket));
                rings = null;
                return link;
            }

            return first;
        }
        catch
        {
            await first.DisposeAsync();
            throw;
        }
        finally
        {
            rings?.Dispose();
        }
    }

    /// <summary>The side that connects.</summary>
    public static async Task<BulkLink> Connect(Socket socket, EndPoint there, BulkOptions options, CancellationToken cancellation)
    {
        BulkLink first = await Begin(socket, there, options, cancellation);
        try
        {
            byte[] hello = new byte[BulkProtocol.HelloBytes];
            BulkProtocol.WriteHello(hello, options.SharedMemory ? BulkProtocol.SharedMemory : 0);
            await first.Send(hello, more: false, cancellation);
            await first.Receive(hello, cancellation);
            if ((BulkProtocol.ReadHello(hello) & BulkProtocol.SharedMemory) == 0)
            {
                return first;
            }

            byte[] nonce = new byte[17];
            await first.Receive(nonce, cancellation);
            byte[] path = new byte[nonce[16]];
            await first.Receive(path, cancellation);
            SharedRings? rings = Epoll.Exists && IsDescriptor(path) ? SharedRings.Open(Encoding.UTF8.GetString(path), nonce.AsSpan(0, 16)) : null;
            rings?.CloseFile();
            await first.Send((byte[])[rings is null ? (byte)0 : (byte)1], more: false, cancellation);
            return rings is null ? first : new MemoryLink(rings, 1, first, Bell(first, socket));
        }
        catch
        {
            await first.DisposeAsync();
            throw;
        }
    }

    /// <summary>A peer names an open file of a process and nothing else of this machine.</summary>
    private static bool IsDescriptor(ReadOnlySpan<byte> path)
    {
        string[] parts = Encoding.UTF8.GetString(path).Split('/');
        return parts is ["", "proc", var process, "fd", var file] && process.All(char.IsAsciiDigit) && file.All(char.IsAsciiDigit);
    }

    /// <summary>Where the bytes of the bell are seen. Under encryption they are in the clear: they say nothing.</summary>
    private static BulkWatch Bell(BulkLink first, Socket socket) => first is SocketLink plain ? plain.Watch : new BulkWatch(BulkThreads.Shared.Next(), socket);

    /// <summary>A link through the connection itself, as the side that connects where it is said where to.</summary>
    private static async Task<BulkLink> Begin(Socket socket, EndPoint? there, BulkOptions options, CancellationToken cancellation)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 2);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 5);
        if (options.Certificate is null && Epoll.Exists)
        {
            SocketLink link = new(new BulkWatch(BulkThreads.Shared.Next(), socket));
            try
            {
                await (there is null ? ValueTask.CompletedTask : link.Connect(there, cancellation));
                return link;
            }
            catch
            {
                await link.DisposeAsync();
                throw;
            }
        }

        if (there is not null)
        {
            await socket.ConnectAsync(there, cancellation);
        }

        NetworkStream plain = new(socket, ownsSocket: true);
        return options.Certificate is { } certificate ? await Secure(plain, certificate, options, server: there is null, cancellation) : new StreamLink(plain, "tcp");
    }

    private static async Task<BulkLink> Secure(Stream plain, X509Certificate2 certificate, BulkOptions options, bool server, CancellationToken cancellation)
    {
        SslStream secure = new(plain);
        RemoteCertificateValidationCallback same = (_, shown, _, _) => BulkTrust.IsPeer(shown, options);
        if (server)
        {
            await secure.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificate = certificate,
                    ClientCertificateRequired = true,
                    RemoteCertificateValidationCallback = same,
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                },
                cancellation);
        }
        else
        {
            await secure.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "cluster-silo",
                    ClientCertificates = [certificate],
                    RemoteCertificateValidationCallback = same,
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                },
                cancellation);
        }

        return new StreamLink(secure, "tls");
    }
}
