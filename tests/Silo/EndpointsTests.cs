using System.Net;
using System.Net.Sockets;

namespace Cluster.Silo.Tests;

/// <summary>Ports that silos take where none is named.</summary>
[Trait("Orleans", "either")]
public sealed class EndpointsTests
{
    [Fact]
    public void FreePortsDifferAndAreNoneThatOutgoingConnectionsGet()
    {
        int[] ports = [.. Enumerable.Range(0, 50).Select(_ => Endpoints.FreePort())];
        Assert.Equal(ports.Length, ports.Distinct().Count());
        Assert.All(ports, port => Assert.InRange(port, 20000, 29999));
    }

    [Fact]
    public void APortWhereSomebodyListensIsNotFree()
    {
        int port = Endpoints.FreePort();
        Assert.True(Endpoints.IsFree(IPAddress.Loopback, port));
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, port));
        taken.Listen();
        Assert.False(Endpoints.IsFree(IPAddress.Loopback, port));
    }
}
