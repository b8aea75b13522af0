using System.Net;
using System.Text;
using Cluster.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Metadata;
using Orleans.Placement;

namespace Cluster.Silo;

/// <content>What needs the real Orleans.</content>
public static partial class Clustering
{
    static partial void Has(ref bool reaches) => reaches = true;

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
            default:
                bool here = false;
                UseDatabase(silo, membership, ref here);
                if (!here)
                {
                    string package = membership.Kind == ClusteringKind.Redis ? "Microsoft.Orleans.Clustering.Redis" : "Microsoft.Orleans.Clustering.AdoNet";
                    throw new InputException(
                        $"clustering.kind {membership.Kind.ToString().ToLowerInvariant()}: this build lacks {package}, which its package feed did not have; use clustering.kind file on one machine, or build with -p:{(membership.Kind == ClusteringKind.Redis ? "OrleansRedis" : "OrleansAdoNet")}=true where the feed has it");
                }

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
            options.TableRefreshTimeout = TimeSpan.FromSeconds(Math.Min(60, Math.Max(2, membership.Probe * 4)));
        });
        silo.Services.AddPlacementFilter<RunPlacement, RunPlacementDirector>(ServiceLifetime.Transient);
        silo.Services.AddSingleton<IGrainPropertiesProvider, RunPlacementProperties>();
        Tls.Use(silo, settings.Tls);
    }

    static partial void UseDatabase(ISiloBuilder silo, MembershipOptions membership, ref bool here);
}
