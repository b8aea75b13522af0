using System.Net;

namespace Cluster.Silo;

/// <summary>Who may be a client.</summary>
public sealed class ClientOptions
{
    private const int Shortest = 16;

    /// <summary>The token that clients must know; a silo whose address is not localhost must have one.</summary>
    [Setting("clients.token", "The token that clients must know; a silo outside localhost needs one", Secret = true)]
    public string? Token { get; set; }

    /// <summary>A file that holds the token, for secrets that are mounted.</summary>
    [Setting("clients.tokenFile", "A file that holds the clients' token", Path = true)]
    public string? TokenFile { get; set; }

    /// <param name="options">The settings, for which the file is read.</param>
    /// <param name="silo">The silo's address; null for a client, which may have no token.</param>
    internal static IEnumerable<string> Mistakes(ClientOptions options, IPAddress? silo)
    {
        if (options.TokenFile is { } file)
        {
            if (SecretFile.Read("clients.tokenFile", file, out string? token) is { } problem)
            {
                yield return problem;
            }

            options.Token = token;
        }

        if (options.Token is { Length: < Shortest })
        {
            yield return $"clients.token has fewer than {Shortest} characters; make one with: openssl rand -hex 24";
        }

        if (silo is not null && !IPAddress.IsLoopback(silo) && options.Token is null && options.TokenFile is null)
        {
            yield return $"address {silo} can be reached from other machines and so needs clients.token or clients.tokenFile; make one with: openssl rand -hex 24";
        }
    }
}
