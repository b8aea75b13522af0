using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Cluster.Grains;

/// <summary>Makes a link of a fresh connection: encryption where a certificate is set, then shared memory where both see it.</summary>
internal static class BulkHandshake
{
    /// <summary>The side that was connected to.</summary>
    public static async Task<BulkLink> Accept(Socket socket, BulkOptions options, CancellationToken cancellation)
    {
        (Stream stream, string kind) = await Secure(socket, options, server: true, cancellation);
        byte[] hello = new byte[BulkProtocol.HelloBytes];
        await stream.ReadExactlyAsync(hello, cancellation);
        uint flags = BulkProtocol.ReadHello(hello);
        SharedRings? rings = (flags & BulkProtocol.SharedMemory) != 0 && options.SharedMemory ? SharedRings.Create() : null;
        try
        {
            BulkProtocol.WriteHello(hello, rings is null ? 0 : BulkProtocol.SharedMemory);
            if (rings is null)
            {
                await stream.WriteAsync(hello, cancellation);
                return new StreamLink(stream, kind);
            }

            byte[] path = Encoding.UTF8.GetBytes(rings.Path);
            await stream.WriteAsync((byte[])[.. hello, .. rings.Nonce, (byte)path.Length, .. path], cancellation);
            byte[] answer = new byte[1];
            await stream.ReadExactlyAsync(answer, cancellation);
            rings.CloseFile();
            if (answer[0] == 1)
            {
                BulkLink link = new MemoryLink(rings, 0, stream);
                rings = null;
                return link;
            }

            return new StreamLink(stream, kind);
        }
        finally
        {
            rings?.Dispose();
        }
    }

    /// <summary>The side that connects.</summary>
    public static async Task<BulkLink> Connect(Socket socket, BulkOptions options, CancellationToken cancellation)
    {
        (Stream stream, string kind) = await Secure(socket, options, server: false, cancellation);
        byte[] hello = new byte[BulkProtocol.HelloBytes];
        BulkProtocol.WriteHello(hello, options.SharedMemory ? BulkProtocol.SharedMemory : 0);
        await stream.WriteAsync(hello, cancellation);
        await stream.ReadExactlyAsync(hello, cancellation);
        if ((BulkProtocol.ReadHello(hello) & BulkProtocol.SharedMemory) == 0)
        {
            return new StreamLink(stream, kind);
        }

        byte[] nonce = new byte[17];
        await stream.ReadExactlyAsync(nonce, cancellation);
        byte[] path = new byte[nonce[16]];
        await stream.ReadExactlyAsync(path, cancellation);
        SharedRings? rings = OperatingSystem.IsLinux() && IsDescriptor(path) ? SharedRings.Open(Encoding.UTF8.GetString(path), nonce.AsSpan(0, 16)) : null;
        rings?.CloseFile();
        await stream.WriteAsync((byte[])[rings is null ? (byte)0 : (byte)1], cancellation);
        return rings is null ? new StreamLink(stream, kind) : new MemoryLink(rings, 1, stream);
    }

    /// <summary>A peer names an open file of a process and nothing else of this machine.</summary>
    private static bool IsDescriptor(ReadOnlySpan<byte> path)
    {
        string[] parts = Encoding.UTF8.GetString(path).Split('/');
        return parts is ["", "proc", var process, "fd", var file] && process.All(char.IsAsciiDigit) && file.All(char.IsAsciiDigit);
    }

    private static async Task<(Stream Stream, string Kind)> Secure(Socket socket, BulkOptions options, bool server, CancellationToken cancellation)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 2);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 5);
        NetworkStream plain = new(socket, ownsSocket: true);
        if (options.Certificate is not { } certificate)
        {
            return (plain, "tcp");
        }

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

        return (secure, "tls");
    }
}
