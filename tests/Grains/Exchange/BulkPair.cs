using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cluster.Grains.Tests;

/// <summary>Two bulk channels on loopback: one offers, the other fetches.</summary>
internal sealed class BulkPair : IAsyncDisposable
{
    private readonly X509Certificate2? _certificate;

    public BulkPair(string way)
    {
        _certificate = way == "tls" ? Certificate() : null;
        BulkOptions options = new() { SharedMemory = way == "memory", Certificate = _certificate };
        (Giver, Taker) = (new BulkChannel(options, IPAddress.Loopback), new BulkChannel(options, IPAddress.Loopback));
    }

    public BulkChannel Giver { get; }

    public BulkChannel Taker { get; }

    public static X509Certificate2 Certificate()
    {
        using RSA key = RSA.Create(2048);
        using X509Certificate2 made = new CertificateRequest("CN=cluster-silo", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Bytes that differ everywhere, so that a displaced piece shows.</summary>
    public static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    public async ValueTask DisposeAsync()
    {
        await Taker.DisposeAsync();
        await Giver.DisposeAsync();
        _certificate?.Dispose();
    }
}
