using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Cluster.Dashboard;

/// <summary>
/// Who is let in. Where a token is set, every answer that tells something asks for it in the header <c>Authorization: Bearer TOKEN</c>.
/// Pictures, links and event streams, for which a browser sends no such header, take a ticket in their address instead: it is made
/// from the token, lets read but never act, and ends by itself. There is no cookie, so that no other site can use either.
/// </summary>
/// <param name="token">The token; null where none is asked for.</param>
/// <param name="time">Ends tickets.</param>
public sealed class Access(string? token, TimeProvider time)
{
    private const string TicketKey = "ticket";
    private static readonly TimeSpan TicketLife = TimeSpan.FromHours(12);

    private readonly byte[]? _token = token is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(token));
    private readonly byte[] _seal = HMACSHA256.HashData(Encoding.UTF8.GetBytes(token ?? ""), "cluster dashboard ticket"u8);

    /// <summary>Whether a token is asked for.</summary>
    public bool IsNeeded => _token is not null;

    /// <summary>Whether a request carries the token, or none is asked for.</summary>
    public bool HasToken(HttpRequest request)
    {
        string header = request.Headers.Authorization.ToString();
        return _token is null || (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(header[7..].Trim())), _token));
    }

    /// <summary>Whether a request may read: it has the token or a ticket that has not ended.</summary>
    public bool MayRead(HttpRequest request) =>
        HasToken(request) || (HttpMethods.IsGet(request.Method) && request.Query.TryGetValue(TicketKey, out var ticket) && IsGood(ticket.ToString()));

    /// <summary>A ticket that lets read for half a day.</summary>
    public string Ticket()
    {
        string end = time.GetUtcNow().Add(TicketLife).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return end + "." + Seal(end);
    }

    private bool IsGood(string ticket)
    {
        string[] parts = ticket.Split('.');
        return parts.Length == 2
            && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Seal(parts[0])), Encoding.ASCII.GetBytes(parts[1]))
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long end)
            && end > time.GetUtcNow().ToUnixTimeSeconds();
    }

    private string Seal(string end) => Base64Url.EncodeToString(HMACSHA256.HashData(_seal, Encoding.ASCII.GetBytes(end)));
}
