using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;

namespace Cluster.Silo;

/// <summary>
/// How a client shows that it knows the cluster's token, before a byte of Orleans' own passes: it says hello, the silo answers
/// whether it asks for a token and with what nonce, the client sends HMAC-SHA256 of that under the token, the silo its verdict.
/// The token itself crosses no wire. Within TLS, where the connection has it.
/// </summary>
internal static class TokenHandshake
{
    private const int NonceBytes = 32, ProofBytes = 32;

    /// <summary>Orleans' own first bytes are a length, and never −1.</summary>
    private static readonly byte[] Hello = [0xFF, 0xFF, 0xFF, 0xFF, .. "CLUSTR"u8, 1];

    private static readonly byte[] Purpose = [.. "cluster client"u8];

    /// <summary>The silo's side.</summary>
    /// <param name="client">The connection, with nothing of it read.</param>
    /// <param name="token">The token; null where everybody may be a client.</param>
    /// <param name="patience">Ends the wait for a client that says nothing.</param>
    /// <returns>Null where the client may go on; else why not, for the log.</returns>
    public static async Task<string?> Admit(IDuplexPipe client, string? token, CancellationToken patience)
    {
        byte[]? first = await Read(client.Input, Hello.Length, take: false, patience);
        if (first is null || !first.AsSpan().SequenceEqual(Hello))
        {
            // A client that is not ours: what it said is left where it is.
            return token is null ? null : "it showed no token";
        }

        await Read(client.Input, Hello.Length, take: true, patience);
        byte[] nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        await client.Output.WriteAsync((byte[])[.. Hello, .. nonce, Bit(token is not null)], patience);
        if (token is null)
        {
            return null;
        }

        if (await Read(client.Input, ProofBytes, take: true, patience) is not { } proof)
        {
            return "it showed no token";
        }

        bool good = CryptographicOperations.FixedTimeEquals(proof, Proof(token, nonce));
        await client.Output.WriteAsync((byte[])[Bit(good)], patience);
        return good ? null : "it showed a wrong token";
    }

    /// <summary>The client's side.</summary>
    /// <param name="silo">The connection, with nothing of it read.</param>
    /// <param name="token">The token; null where the client has none.</param>
    /// <param name="patience">Ends the wait for a silo that says nothing.</param>
    /// <returns>Null where the silo takes the client; else what a person should read.</returns>
    /// <exception cref="IOException">What answers is no silo, or left in between.</exception>
    public static async Task<string?> Show(IDuplexPipe silo, string? token, CancellationToken patience)
    {
        await silo.Output.WriteAsync(Hello, patience);
        byte[]? answer = await Read(silo.Input, Hello.Length + NonceBytes + 1, take: true, patience);
        if (answer is null || !answer.AsSpan(0, Hello.Length).SequenceEqual(Hello))
        {
            throw new IOException("what answers is no silo of this version, or speaks TLS");
        }

        if (answer[^1] == 0)
        {
            return null;
        }

        if (token is null)
        {
            return "it asks for a token: name a file with the cluster's own in clients.tokenFile of a silo.yaml here, or in CLUSTER_SILO_CLIENTS_TOKEN_FILE";
        }

        await silo.Output.WriteAsync(Proof(token, answer.AsSpan(Hello.Length, NonceBytes)), patience);
        return await Read(silo.Input, 1, take: true, patience) switch
        {
            [1] => null,
            [0] => "it refused the token of clients.token or clients.tokenFile, which is not the cluster's own",
            _ => throw new IOException("the silo left before its verdict"),
        };
    }

    /// <summary>Reads and forgets what a client still says, until it closes the connection.</summary>
    public static async Task UntilItLeaves(PipeReader client, CancellationToken patience)
    {
        for (bool left = false; !left;)
        {
            ReadResult read = await client.ReadAsync(patience);
            client.AdvanceTo(read.Buffer.End);
            left = read.IsCompleted || read.IsCanceled;
        }
    }

    private static byte Bit(bool set) => set ? (byte)1 : (byte)0;

    private static byte[] Proof(string token, ReadOnlySpan<byte> nonce) => HMACSHA256.HashData(Encoding.UTF8.GetBytes(token), (byte[])[.. Purpose, .. nonce]);

    /// <summary>The next bytes, which stay unread unless they are taken; null where the other side leaves before them.</summary>
    private static async Task<byte[]?> Read(PipeReader input, int count, bool take, CancellationToken patience)
    {
        while (true)
        {
            ReadResult read = await input.ReadAsync(patience);
            if (read.Buffer.Length >= count)
            {
                byte[] bytes = read.Buffer.Slice(0, count).ToArray();
                input.AdvanceTo(take ? read.Buffer.GetPosition(count) : read.Buffer.Start);
                return bytes;
            }

            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted || read.IsCanceled)
            {
                return null;
            }
        }
    }
}
