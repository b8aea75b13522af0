using System.Net;

namespace Cluster.Silo;

/// <summary>Health and status over HTTP.</summary>
public sealed class HttpOptions
{
    /// <summary>The IP address to listen at; one outside localhost needs a token.</summary>
    [Setting("http.address", "The IP address for health and status; one outside localhost needs http.token")]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>The port, 1 to 65535; 0 takes a free one.</summary>
    [Setting("http.port", "The port for health and status; 0 takes a free one", Min = 0, Max = 65535)]
    public int Port { get; set; } = 8080;

    /// <summary>The bearer token that all but <c>/health/…</c> asks for.</summary>
    [Setting("http.token", "The bearer token that all but /health/... asks for", Secret = true)]
    public string? Token { get; set; }

    /// <summary>A file that holds the token, for secrets that are mounted.</summary>
    [Setting("http.tokenFile", "A file that holds the token", Path = true)]
    public string? TokenFile { get; set; }

    internal IPAddress IP { get; private set; } = IPAddress.Loopback;

    internal static IEnumerable<string> Mistakes(HttpOptions options)
    {
        if (options.TokenFile is { } file)
        {
            if (SecretFile.Read("http.tokenFile", file, out string? token) is { } problem)
            {
                yield return problem;
            }

            options.Token = token;
        }

        if (options.Token is { Length: < 16 })
        {
            yield return "http.token has fewer than 16 characters; make one with: openssl rand -hex 24";
        }

        if (!IPAddress.TryParse(options.Address, out IPAddress? address))
        {
            yield return $"http.address: '{options.Address}' is no IP address; write for example 127.0.0.1 or 0.0.0.0";
        }
        else
        {
            options.IP = address;
            if (!IPAddress.IsLoopback(address) && options.Token is null && options.TokenFile is null)
            {
                yield return $"http.address {address} can be reached from other machines and so needs http.token or http.tokenFile; make one with: openssl rand -hex 24";
            }
        }
    }
}
