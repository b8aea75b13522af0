using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Cluster.Silo;

/// <summary>Addresses and ports.</summary>
public static class Endpoints
{
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

    /// <summary>A port of the loopback interface that nobody uses now.</summary>
    public static int FreePort()
    {
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
