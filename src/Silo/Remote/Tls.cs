using Cluster.Contracts;
using Orleans.Hosting;

namespace Cluster.Silo;

/// <summary>TLS with certificates on both sides, by Orleans' own package where the build has it.</summary>
internal static partial class Tls
{
    public static void Use(ISiloBuilder silo, TlsOptions options)
    {
        bool done = !options.IsOn;
        UseOnSilo(silo, options, ref done);
        Require(done);
    }

    public static void Use(IClientBuilder client, TlsOptions options)
    {
        bool done = !options.IsOn;
        UseOnClient(client, options, ref done);
        Require(done);
    }

    private static void Require(bool done)
    {
        if (!done)
        {
            throw new InputException(
                "tls.certificate: this build lacks Microsoft.Orleans.Connections.Security, which its package feed did not have; build with -p:OrleansTls=true where the feed has it, or leave tls.* out and keep the cluster's ports to a private network");
        }
    }

    static partial void UseOnSilo(ISiloBuilder silo, TlsOptions options, ref bool done);

    static partial void UseOnClient(IClientBuilder client, TlsOptions options, ref bool done);
}
