using System.Net;
using Cluster.Client;
using Cluster.Contracts;

namespace Cluster.Silo.Tests;

/// <summary>A cluster of processes takes no client that does not know its token.</summary>
public sealed class TokenTests : ProcessTest
{
    private const string Token = "0123456789abcdef-secret-token";

    [RealOrleansFact]
    public async Task WhoDoesNotKnowTheTokenIsToldSoAndLoggedOnce()
    {
        File.WriteAllText(_place.Path("token"), Token + "\n");
        await Place.Good("up", "--silos", "2", "--folder", Folder, "--runs", _place.Runs, "--set", "clients.tokenFile=" + _place.Path("token"));
        SiloProcess silo = ClusterFile.Read(Folder)!.Silos[0];
        IPEndPoint[] gateway = [Endpoints.TryParse("127.0.0.1:" + silo.GatewayPort)!];
        for (int again = 0; again < 2; again++)
        {
            Assert.Contains("it asks for a token: name a file", await Refusal(gateway, null), StringComparison.Ordinal);
            Assert.Contains("it refused the token of clients.token", await Refusal(gateway, Token + "s"), StringComparison.Ordinal);
        }

        // Nobody else is disturbed.
        await using ClusterConnection mine = await ClusterConnection.Open(gateway, "cluster", new TlsOptions(), Token, verbose: false);
        Assert.Empty(await mine.Grains.GetGrain<IClusterGrain>(0).Runs());
        string log = await File.ReadAllTextAsync(silo.Log);
        Assert.Equal(1, log.Split("was turned away: it showed no token").Length - 1);
        Assert.DoesNotContain("wrong token", log, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", log, StringComparison.Ordinal);
    }

    private static async Task<string> Refusal(IPEndPoint[] gateway, string? token) =>
        (await Assert.ThrowsAsync<InputException>(() => ClusterConnection.Open(gateway, "cluster", new TlsOptions(), token, verbose: false))).Message;
}
