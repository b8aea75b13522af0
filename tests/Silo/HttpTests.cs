using System.Net;
using System.Text.Json;
using Cluster.Contracts;

namespace Cluster.Silo.Tests;

/// <summary>Health and status over HTTP.</summary>
public sealed class HttpTests : IDisposable
{
    private const string Token = "0123456789abcdef0123456789";

    private readonly Place _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task ASiloTellsThatItLivesIsReadyAndWhatItIs()
    {
        await using OneSilo silo = await OneSilo.Start(_place, ("name", "first"));
        Assert.Equal((HttpStatusCode.OK, "live\n"), await silo.Get("/health/live"));
        Assert.Equal((HttpStatusCode.OK, "ready\n"), await silo.Get("/health/ready"));
        Assert.Equal(HttpStatusCode.NotFound, (await silo.Get("/nothing")).Code);
        await Place.Until(async () => (await silo.Get("/status")).Text.Contains("\"reporting\": [\n    \"first\"", StringComparison.Ordinal), "the first report");
        using JsonDocument status = JsonDocument.Parse((await silo.Get("/status")).Text);
        Assert.Equal("active", status.RootElement.GetProperty("state").GetString());
        Assert.Equal("first", status.RootElement.GetProperty("silo").GetProperty("name").GetString());
        Assert.Single(status.RootElement.GetProperty("members").EnumerateObject());
    }

    [Fact]
    public async Task WithATokenOnlyHealthIsOpen()
    {
        await using OneSilo silo = await OneSilo.Start(_place, ("http.token", Token));
        Assert.Equal(HttpStatusCode.OK, (await silo.Get("/health/ready")).Code);
        Assert.Equal(HttpStatusCode.Unauthorized, (await silo.Get("/status")).Code);
        Assert.Equal(HttpStatusCode.Unauthorized, (await silo.Get("/status", Token + "x")).Code);
        Assert.Equal(HttpStatusCode.Unauthorized, (await silo.Get("/healthy")).Code);
        (HttpStatusCode code, string text) = await silo.Get("/status", Token);
        Assert.Equal(HttpStatusCode.OK, code);
        Assert.DoesNotContain(Token, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APortThatIsTakenIsNamed()
    {
        using System.Net.Sockets.TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;
        InputException problem = await Assert.ThrowsAsync<InputException>(async () => await OneSilo.Start(_place, ("http.port", port.ToString(System.Globalization.CultureInfo.InvariantCulture))));
        Assert.Contains($"http.port: 127.0.0.1:{port} cannot be listened at", problem.Message, StringComparison.Ordinal);
    }
}
