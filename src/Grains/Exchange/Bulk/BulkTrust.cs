using System.Security.Cryptography.X509Certificates;

namespace Cluster.Grains;

/// <summary>Whose certificates are taken.</summary>
public static class BulkTrust
{
    /// <summary>
    /// Whether an authority signed a certificate. Names are not looked at: silos come and go under any address, and to hold such
    /// a certificate is to belong to the cluster.
    /// </summary>
    public static bool IsSignedBy(X509Certificate2 certificate, X509Certificate2 authority)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }

    /// <summary>Whether a bulk connection's peer is one of the cluster.</summary>
    internal static bool IsPeer(X509Certificate? shown, BulkOptions options)
    {
        if (shown is null || options.Certificate is not { } own)
        {
            return false;
        }

        if (options.Authority is not { } authority)
        {
            return shown.GetRawCertData().AsSpan().SequenceEqual(own.RawDataMemory.Span);
        }

        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(shown.GetRawCertData());
        return IsSignedBy(certificate, authority);
    }
}
