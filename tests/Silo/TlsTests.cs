using Cluster.Client;

namespace Cluster.Silo.Tests;

/// <summary>Silos and clients with certificates of one authority speak to each other, and to nobody else.</summary>
public sealed class TlsTests : ProcessTest
{
    [TlsFact]
    public async Task OnlyCertificatesOfTheAuthorityAreTaken()
    {
        TestCertificates.Write(_place, "ours");
        TestCertificates.Write(_place, "theirs");
        await Place.Good("up", "--silos", "2", "--folder", Folder, "--runs", _place.Runs, "--set", Set("certificate", "ours.pem"), "--set", Set("key", "ours.key"), "--set", Set("authority", "ours.ca"));
        System.Net.IPEndPoint[] gateway = [Endpoints.TryParse("127.0.0.1:" + ClusterFile.Read(Folder)!.Silos[0].GatewayPort)!];

        await using (ClusterConnection mine = await ClusterConnection.Open(gateway, "cluster", Tls("ours", "ours"), token: null, verbose: false))
        {
            Assert.Empty(await mine.Grains.GetGrain<Contracts.IClusterGrain>(0).Runs());
        }

        await Task.WhenAll(Refused(gateway, new TlsOptions()), Refused(gateway, Tls("theirs", "ours")), Refused(gateway, Tls("theirs", "theirs")));

        // Nobody was disturbed.
        await using ClusterConnection again = await ClusterConnection.Open(gateway, "cluster", Tls("ours", "ours"), token: null, verbose: false);
        Assert.Empty(await again.Grains.GetGrain<Contracts.IClusterGrain>(0).Runs());
    }

    private static async Task Refused(System.Net.IPEndPoint[] gateway, TlsOptions tls) =>
        Assert.Contains("no silo of cluster 'cluster' answers", (await Assert.ThrowsAsync<Contracts.InputException>(() => ClusterConnection.Open(gateway, "cluster", tls, token: null, verbose: false))).Message, StringComparison.Ordinal);

    private string Set(string key, string file) => $"tls.{key}={_place.Path(file)}";

    private TlsOptions Tls(string node, string authority) => TestCertificates.Options(_place, node, authority);

    /// <summary>A test that needs Orleans' package for TLS.</summary>
    private sealed class TlsFactAttribute : FactAttribute
    {
        public TlsFactAttribute() => Skip = !Clustering.ReachesOthers ? Clustering.NeedsOrleans
            : File.Exists(Path.Combine(AppContext.BaseDirectory, "Orleans.Connections.Security.dll")) ? null
            : "this build lacks Microsoft.Orleans.Connections.Security";
    }
}
