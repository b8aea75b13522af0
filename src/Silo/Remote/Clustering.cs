using System.Net;
using System.Text;
using Cluster.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Cluster.Silo;

/// <content>What needs the real Orleans.</content>
public static partial class Clustering
{
    static partial void Has(ref bool reaches) => reaches = true;

    // Orleans keeps the grains of a lost silo from beginning elsewhere for half a minute from when it fell silent, in case it still works. Ours
    // need no such pause: an actor refuses messages of another attempt than its own, and a run's files are locked by who trains it.
    static partial void HoldNothing(ISiloBuilder silo) => silo.Configure<GrainDirectoryOptions>(options => options.RangeLeaseDuration = TimeSpan.Zero);

    static partial void JoinOthers(ISiloBuilder silo, SiloSettings settings)
    {
        NodeOptions node = settings.Node;
        MembershipOptions membership = settings.Membership;
        switch (membership.Kind)
        {
            case ClusteringKind.Localhost:
                IPEndPoint? primary = membership.PrimaryEndpoint;
                silo.UseDevelopmentClustering(primary ?? new IPEndPoint(node.IP, node.Port));
                break;
            case ClusteringKind.File:
                silo.Services.AddSingleton<IMembershipTable>(_ => new FileMembershipTable(membership.Folder!));
                break;
            case ClusteringKind.Postgresql:
                bool postgresql = false;
                UseDatabase(silo, membership, ref postgresql);
                Require(postgresql, "postgresql", "AdoNet");
                break;
            case ClusteringKind.Redis:
                bool redis = false;
                UseRedis(silo, membership, ref redis);
                Require(redis, "redis", "Redis");
                break;
        }

        silo.Configure<EndpointOptions>(endpoint =>
        {
            endpoint.AdvertisedIPAddress = node.IP;
            endpoint.SiloPort = node.Port;
            endpoint.GatewayPort = node.GatewayPort;
            endpoint.SiloListeningEndpoint = new IPEndPoint(node.IP, node.Port);
            endpoint.GatewayListeningEndpoint = new IPEndPoint(node.IP, node.GatewayPort);
        });
        silo.Configure<ClusterMembershipOptions>(options =>
        {
            options.ProbeTimeout = TimeSpan.FromSeconds(membership.Probe);
            options.NumMissedProbesLimit = membership.Missed;
            options.NumVotesForDeathDeclaration = membership.Votes;

            // A silo whose word in the list is three of these old has no vote, or a survivor of several lost silos would wait for votes of the dead.
            options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(Math.Max(2, membership.Probe * membership.Missed));
            options.TableRefreshTimeout = TimeSpan.FromSeconds(Math.Min(60, Math.Max(2, membership.Probe * 4)));
        });

        // The older directory ends the activations whose entry a lost silo held, wherever they are, and after two losses within seconds some
        // of those grains were never answered again (seen in Orleans 10.2.2). This one hands its entries on; Orleans' own test clusters use it.
#pragma warning disable ORLEANSEXP003 // marked as experimental because names may change
        silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003

        // Only placement by load looks at what silos tell each other of theirs; every second is most of what an idle silo does.
        silo.Configure<DeploymentLoadPublisherOptions>(options => options.DeploymentLoadPublisherRefreshTime = TimeSpan.FromSeconds(10));
        if (membership.Kind != ClusteringKind.Localhost)
        {
            silo.Services.AddHostedService<CutOff>();
        }

        Tls.Use(silo, settings.Tls);
        TokenGate.Use(silo, settings.Clients.Token);
    }

    private static void Require(bool here, string kind, string provider)
    {
        if (!here)
        {
            throw new InputException(
                $"clustering.kind {kind}: this build lacks Microsoft.Orleans.Clustering.{provider}; build with -p:Orleans{provider}=true where the package feed has it, or use clustering.kind file on one machine");
        }
    }

    static partial void UseRedis(ISiloBuilder silo, MembershipOptions membership, ref bool here);

    static partial void UseDatabase(ISiloBuilder silo, MembershipOptions membership, ref bool here);
}
