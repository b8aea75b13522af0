using System.Net;
using Cluster.Contracts;
using Orleans.Hosting;

namespace Cluster.Silo;

/// <summary>
/// How a silo finds the others. What needs other processes is in <c>Remote/</c>, which is compiled against the real Orleans
/// alone: the stand-in reaches no other process.
/// </summary>
public static partial class Clustering
{
    /// <summary>What a person reads who asks the stand-in for another process.</summary>
    public const string NeedsOrleans =
        "this build has the Orleans stand-in, which reaches no other process; build with the real packages: ./cluster setup --real, or ./cluster setup --packages DIR";

    /// <summary>Whether this build can reach other processes.</summary>
    public static bool ReachesOthers
    {
        get
        {
            bool reaches = false;
            Has(ref reaches);
            return reaches;
        }
    }

    /// <summary>Whether this build can keep the list of silos in PostgreSQL.</summary>
    public static bool HasDatabase
    {
        get
        {
            bool has = false;
            HasPostgresql(ref has);
            return has;
        }
    }

    /// <summary>Has the actors of a lost silo begin elsewhere as soon as it is known to be lost.</summary>
    internal static void BeginAtOnce(ISiloBuilder silo) => HoldNothing(silo);

    /// <summary>Sets a silo's membership, its endpoints and its certificates.</summary>
    /// <exception cref="InputException">The settings need what this build lacks.</exception>
    internal static void Join(ISiloBuilder silo, SiloSettings settings)
    {
        if (ReachesOthers)
        {
            JoinOthers(silo, settings);
            return;
        }

        string? lacking = settings.Membership.Kind != ClusteringKind.Localhost ? $"clustering.kind {settings.Membership.Kind.ToString().ToLowerInvariant()}"
            : settings.Tls.Certificate is not null ? "tls.certificate"
            : !IPAddress.IsLoopback(settings.Node.IP) ? $"address {settings.Node.IP}"
            : null;
        if (lacking is not null)
        {
            throw new InputException($"{lacking}: {NeedsOrleans}");
        }

        silo.UseLocalhostClustering(settings.Node.Port, settings.Node.GatewayPort, settings.Membership.PrimaryEndpoint, settings.Node.Cluster, settings.Node.Cluster);
    }

    static partial void HoldNothing(ISiloBuilder silo);

    static partial void Has(ref bool reaches);

    static partial void HasPostgresql(ref bool has);

    static partial void JoinOthers(ISiloBuilder silo, SiloSettings settings);
}
