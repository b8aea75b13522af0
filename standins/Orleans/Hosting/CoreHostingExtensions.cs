using System.Net;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Hosting;

/// <summary>Clustering and tracing of a silo.</summary>
public static class CoreHostingExtensions
{
    /// <summary>Joins the cluster of this process whose first silo has that endpoint; without one, this silo is the first.</summary>
    public static ISiloBuilder UseLocalhostClustering(
        this ISiloBuilder builder,
        int siloPort = EndpointOptions.DEFAULT_SILO_PORT,
        int gatewayPort = EndpointOptions.DEFAULT_GATEWAY_PORT,
        IPEndPoint? primarySiloEndpoint = null,
        string serviceId = ClusterOptions.DevelopmentServiceId,
        string clusterId = ClusterOptions.DevelopmentClusterId)
    {
        builder.Configure<EndpointOptions>(options =>
        {
            options.AdvertisedIPAddress = IPAddress.Loopback;
            options.SiloPort = siloPort;
            options.GatewayPort = gatewayPort;
        });
        // As Orleans does: only names that differ from the defaults are set, so that "dev" never takes the place of "default".
        if (serviceId != ClusterOptions.DevelopmentServiceId || clusterId != ClusterOptions.DevelopmentClusterId)
            builder.Configure<ClusterOptions>(options => (options.ServiceId, options.ClusterId) = (serviceId, clusterId));
        return builder.Configure<MeetingOptions>(options => options.Key = $"localhost:{primarySiloEndpoint?.Port ?? siloPort}");
    }

    /// <summary>Has traces cross calls.</summary>
    public static ISiloBuilder AddActivityPropagation(this ISiloBuilder builder)
        => builder.AddOutgoingGrainCallFilter<ActivityPropagationOutgoing>().AddIncomingGrainCallFilter<ActivityPropagationIncoming>();
}
