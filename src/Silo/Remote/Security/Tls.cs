using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Cluster.Contracts;
using Orleans.Connections.Security;
using Orleans.Hosting;

namespace Cluster.Silo;

/// <content>By Orleans' own package.</content>
internal static partial class Tls
{
    static partial void UseOnSilo(ISiloBuilder silo, TlsOptions options, ref bool done)
    {
        if (options.IsOn)
        {
            Configuration set = Load(options);
            silo.UseTls(set.Mine, tls => Set(tls, set));
            done = true;
        }
    }

    static partial void UseOnClient(IClientBuilder client, TlsOptions options, ref bool done)
    {
        if (options.IsOn)
        {
            Configuration set = Load(options);
            client.UseTls(set.Mine, tls => Set(tls, set));
            done = true;
        }
    }

    /// <summary>
    /// Both sides must show a certificate that the cluster's own authority signed. Names are not looked at: silos come and
    /// go under any address, and to hold such a certificate is to belong to the cluster.
    /// </summary>
    private static void Set(Orleans.Connections.Security.TlsOptions tls, Configuration set)
    {
        tls.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
        tls.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
        tls.RemoteCertificateValidation = (certificate, _, _) => IsOfAuthority(certificate, set.Authority);
        tls.OnAuthenticateAsClient = (_, client) => client.TargetHost = "cluster";
    }

    private static bool IsOfAuthority(X509Certificate2 certificate, X509Certificate2 authority)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }

    private static Configuration Load(TlsOptions options)
    {
        try
        {
            using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(options.Certificate!, options.Key);

            // Read again, as a key of its own: some platforms use none that came with PEM.
            return new Configuration(X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null), X509CertificateLoader.LoadCertificateFromFile(options.Authority!));
        }
        catch (Exception problem) when (problem is System.Security.Cryptography.CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new InputException($"tls: {options.Certificate}, {options.Key} and {options.Authority} cannot be read as a certificate, its key and its authority: {problem.Message}");
        }
    }

    private sealed record Configuration(X509Certificate2 Mine, X509Certificate2 Authority);
}
