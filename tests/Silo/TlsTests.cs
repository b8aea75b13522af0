using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cluster.Client;

namespace Cluster.Silo.Tests;

/// <summary>Silos and clients with certificates of one authority speak to each other, and to nobody else.</summary>
public sealed class TlsTests : IAsyncLifetime
{
    private static readonly Dictionary<string, string> None = new(StringComparer.Ordinal);

    private readonly Place _place = new();

    private string Folder => _place.Path("cluster");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (SiloProcess silo in ClusterFile.Read(Folder)?.Silos.Where(silo => silo.Runs(Folder)) ?? [])
        {
            silo.Signal(9);
        }

        await Task.Delay(100);
        _place.Dispose();
    }

    [TlsFact]
    public async Task OnlyCertificatesOfTheAuthorityAreTaken()
    {
        _ = new ProcessTests(); // which names the client's folder
        Certificates("ours");
        Certificates("theirs");
        await Place.Good("up", "--silos", "2", "--folder", Folder, "--runs", _place.Runs, "--set", Set("certificate", "ours.pem"), "--set", Set("key", "ours.key"), "--set", Set("authority", "ours.ca"));
        System.Net.IPEndPoint[] gateway = [Endpoints.TryParse("127.0.0.1:" + ClusterFile.Read(Folder)!.Silos[0].GatewayPort)!];

        await using (ClusterConnection mine = await ClusterConnection.Open(gateway, "cluster", Tls("ours", "ours"), verbose: false))
        {
            Assert.Empty(await mine.Grains.GetGrain<Contracts.IClusterGrain>(0).Runs());
        }

        await Refused(gateway, new TlsOptions());
        await Refused(gateway, Tls("theirs", "ours"));
        await Refused(gateway, Tls("theirs", "theirs"));

        // Nobody was disturbed.
        await using ClusterConnection again = await ClusterConnection.Open(gateway, "cluster", Tls("ours", "ours"), verbose: false);
        Assert.Empty(await again.Grains.GetGrain<Contracts.IClusterGrain>(0).Runs());
    }

    private static async Task Refused(System.Net.IPEndPoint[] gateway, TlsOptions tls) =>
        Assert.Contains("no silo of cluster 'cluster' answers", (await Assert.ThrowsAsync<Contracts.InputException>(() => ClusterConnection.Open(gateway, "cluster", tls, verbose: false))).Message, StringComparison.Ordinal);

    private string Set(string key, string file) => $"tls.{key}={_place.Path(file)}";

    private TlsOptions Tls(string node, string authority) => SettingsReader.Read(null, None, new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["tls.certificate"] = _place.Path(node + ".pem"), ["tls.key"] = _place.Path(node + ".key"), ["tls.authority"] = _place.Path(authority + ".ca"),
    }).Tls;

    private void Certificates(string name)
    {
        DateTimeOffset from = DateTimeOffset.UtcNow.AddHours(-1);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest root = new("CN=authority of " + name, key, HashAlgorithmName.SHA256);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 authority = root.CreateSelfSigned(from, from.AddDays(2));
        using ECDsa own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 node = new CertificateRequest("CN=" + name, own, HashAlgorithmName.SHA256).Create(authority, from, from.AddDays(1), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(_place.Path(name + ".ca"), authority.ExportCertificatePem());
        File.WriteAllText(_place.Path(name + ".pem"), node.ExportCertificatePem());
        File.WriteAllText(_place.Path(name + ".key"), own.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>A test that needs Orleans' package for TLS.</summary>
    private sealed class TlsFactAttribute : FactAttribute
    {
        public TlsFactAttribute() => Skip = !Clustering.ReachesOthers ? Clustering.NeedsOrleans
            : File.Exists(Path.Combine(AppContext.BaseDirectory, "Orleans.Connections.Security.dll")) ? null
            : "this build lacks Microsoft.Orleans.Connections.Security";
    }
}
