using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cluster.Silo.Tests;

/// <summary>An authority and a certificate that it signed, as PEM files: <c>NAME.ca</c>, <c>NAME.pem</c>, <c>NAME.key</c>.</summary>
internal static class TestCertificates
{
    public static void Write(Place place, string name)
    {
        DateTimeOffset from = DateTimeOffset.UtcNow.AddHours(-1);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest root = new("CN=authority of " + name, key, HashAlgorithmName.SHA256);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 authority = root.CreateSelfSigned(from, from.AddDays(2));
        using ECDsa own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 node = new CertificateRequest("CN=" + name, own, HashAlgorithmName.SHA256).Create(authority, from, from.AddDays(1), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(place.Path(name + ".ca"), authority.ExportCertificatePem());
        File.WriteAllText(place.Path(name + ".pem"), node.ExportCertificatePem());
        File.WriteAllText(place.Path(name + ".key"), own.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>The settings that name them.</summary>
    public static Dictionary<string, string> Settings(Place place, string node, string authority) => new(StringComparer.Ordinal)
    {
        ["tls.certificate"] = place.Path(node + ".pem"), ["tls.key"] = place.Path(node + ".key"), ["tls.authority"] = place.Path(authority + ".ca"),
    };

    /// <summary>As options.</summary>
    public static TlsOptions Options(Place place, string node, string authority) =>
        SettingsReader.Read(null, new Dictionary<string, string>(StringComparer.Ordinal), Settings(place, node, authority)).Tls;
}
