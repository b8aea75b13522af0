using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Cluster.Silo;

/// <summary>Addresses and ports.</summary>
public static class Endpoints
{
    private const int Lowest = 20000;
    private const int Count = 10000;

    // Processes begin at different places, and none gives a port twice in a row.
    private static int s_next = Random.Shared.Next(Count);

    /// <summary>Reads <c>HOST:PORT</c>; a name is looked up.</summary>
    /// <returns>Null where it is none, or the name is not known.</returns>
    public static IPEndPoint? TryParse(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) || port == 0)
        {
            return null;
        }

        string host = text[..colon].Trim('[', ']');
        if (IPAddress.TryParse(host, out IPAddress? address))
        {
            return new IPEndPoint(address, port);
        }

        try
        {
            IPAddress[] found = Dns.GetHostAddresses(host);
            return found.OrderBy(each => each.AddressFamily != AddressFamily.InterNetwork).Select(each => new IPEndPoint(each, port)).FirstOrDefault();
        }
        catch (Exception unknown) when (unknown is SocketException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>
    /// A port of the loopback interface that nobody uses now; where there is one, not of those that systems give to outgoing connections (from
    /// 32768 on), which may be gone before anybody listens there.
    /// </summary>
    public static int FreePort()
    {
        for (int tries = 0; tries < 100; tries++)
        {
            int port = Lowest + (int)((uint)Interlocked.Increment(ref s_next) % Count);
            if (IsFree(IPAddress.Loopback, port))
            {
                return port;
            }
        }

        using Socket probe = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    /// <summary>Whether somebody could listen there now.</summary>
    public static bool IsFree(IPAddress address, int port)
    {
        try
        {
            using Socket probe = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            probe.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            probe.Bind(new IPEndPoint(address, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
