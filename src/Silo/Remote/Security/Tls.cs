using System.Net.Security;
using Cluster.Grains;
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
            Certificates set = Certificates.Load(options)!;
            silo.UseTls(set.Mine, tls => Set(tls, set));
            done = true;
        }
    }

    static partial void UseOnClient(IClientBuilder client, TlsOptions options, ref bool done)
    {
        if (options.IsOn)
        {
            Certificates set = Certificates.Load(options)!;
            client.UseTls(set.Mine, tls => Set(tls, set));
            done = true;
        }
    }

    /// <summary>
    /// Both sides must show a certificate that the cluster's own authority signed.
    /// </summary>
    private static void Set(Orleans.Connections.Security.TlsOptions tls, Certificates set)
    {
        tls.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
        tls.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
        tls.RemoteCertificateValidation = (certificate, _, _) => BulkTrust.IsSignedBy(certificate, set.Authority);
        tls.OnAuthenticateAsClient = (_, client) => client.TargetHost = "cluster";
    }
}
