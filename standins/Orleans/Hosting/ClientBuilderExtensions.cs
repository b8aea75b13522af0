using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Hosting;

/// <summary>Services, options and clustering of a client.</summary>
public static class ClientBuilderExtensions
{
    /// <summary>Adds services.</summary>
    public static IClientBuilder ConfigureServices(this IClientBuilder builder, Action<IServiceCollection> configureDelegate)
    {
        ArgumentNullException.ThrowIfNull(configureDelegate);
        configureDelegate(builder.Services);
        return builder;
    }

    /// <summary>Sets options.</summary>
    public static IClientBuilder Configure<TOptions>(this IClientBuilder builder, Action<TOptions> configureOptions) where TOptions : class
        => builder.ConfigureServices(services => services.Configure(configureOptions));

    /// <summary>Sets options.</summary>
    public static IClientBuilder Configure<TOptions>(this IClientBuilder builder, IConfiguration configuration) where TOptions : class
        => builder.ConfigureServices(services => services.Configure<TOptions>(configuration));

    /// <summary>Finds the cluster by the gateway port of one of its silos, in this process.</summary>
    public static IClientBuilder UseLocalhostClustering(this IClientBuilder builder, int gatewayPort = 30000, string serviceId = "dev", string clusterId = "dev")
        => builder.UseLocalhostClustering([gatewayPort], serviceId, clusterId);

    /// <summary>Finds the cluster by the gateway ports of its silos, in this process.</summary>
    public static IClientBuilder UseLocalhostClustering(this IClientBuilder builder, int[] gatewayPorts, string serviceId = "dev", string clusterId = "dev")
    {
        if (serviceId != ClusterOptions.DevelopmentServiceId || clusterId != ClusterOptions.DevelopmentClusterId)
            builder.Configure<ClusterOptions>(options => (options.ServiceId, options.ClusterId) = (serviceId, clusterId));
        return builder.Configure<MeetingOptions>(options => options.Gateways = gatewayPorts);
    }

    /// <summary>Has traces cross calls.</summary>
    public static IClientBuilder AddActivityPropagation(this IClientBuilder builder)
        => builder.AddOutgoingGrainCallFilter<ActivityPropagationOutgoing>().AddIncomingGrainCallFilter<ActivityPropagationIncoming>();
}
