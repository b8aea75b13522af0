using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Runtime;

/// <summary>What every silo and every client has among its services.</summary>
internal static class SiloServices
{
    public static void AddSilo(IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(Silo))) return;
        services.AddOptions();
        services.AddLogging();
        services.AddSingleton(Create);
        services.AddSingleton<SiloLifecycle>();
        services.AddSingleton<ISiloLifecycle>(provider => provider.GetRequiredService<SiloLifecycle>());
        services.AddSingleton<ILocalSiloDetails, LocalSiloDetails>();
        services.AddSingleton<ISiloStatusOracle, SiloStatusOracle>();
        services.AddSingleton<IHostedService, SiloHostedService>();
        services.TryAddSingleton<IGrainFactory>(provider => provider.GetRequiredService<Silo>().GrainFactory);
        services.TryAddSingleton<IClusterClient>(provider => new ClusterClient(provider.GetRequiredService<Silo>()));
    }

    public static void AddClient(IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(ClientNode))) return;
        services.AddOptions();
        services.AddLogging();
        services.AddSingleton(CreateClient);
        services.AddSingleton<IHostedService, ClientHostedService>();
        services.TryAddSingleton<IGrainFactory>(provider => provider.GetRequiredService<ClientNode>().GrainFactory);
        services.TryAddSingleton<IClusterClient>(provider => new ClusterClient(provider.GetRequiredService<ClientNode>()));
    }

    private static Silo Create(IServiceProvider services)
    {
        var meeting = services.GetRequiredService<IOptions<MeetingOptions>>().Value;
        var endpoint = services.GetRequiredService<IOptions<EndpointOptions>>().Value;
        var key = meeting.Key ?? throw new OrleansConfigurationException(
            "Clustering has not been configured. Configure clustering using one of the clustering packages, such as UseLocalhostClustering().");
        var hub = ClusterRegistry.HubFor(key, services.GetRequiredService<IOptions<ClusterOptions>>().Value);
        var generation = SiloAddress.AllocateNewGeneration();
        var name = services.GetRequiredService<IOptions<SiloOptions>>().Value.SiloName;
        return new(hub, services, string.IsNullOrEmpty(name) ? $"Silo_{generation:x5}" : name,
            SiloAddress.New(endpoint.AdvertisedIPAddress, endpoint.SiloPort, generation),
            SiloAddress.New(endpoint.AdvertisedIPAddress, endpoint.GatewayPort, generation));
    }

    private static ClientNode CreateClient(IServiceProvider services)
    {
        var meeting = services.GetRequiredService<IOptions<MeetingOptions>>().Value;
        if (meeting.Key is null && meeting.Gateways is null)
            throw new OrleansConfigurationException("Clustering has not been configured. Configure clustering using one of the clustering packages, such as UseLocalhostClustering().");
        var hub = meeting.Key is not null ? ClusterRegistry.Find(meeting.Key) : ClusterRegistry.FindByGateway(meeting.Gateways!);
        return new(hub ?? throw new SiloUnavailableException(
            $"Could not find any gateway in this process at {meeting.Key ?? $"ports {string.Join(", ", meeting.Gateways!)}"}: the stand-in reaches no other process."), services);
    }
}

/// <summary>The silo or the client as a cluster client.</summary>
internal sealed class ClusterClient(Node node) : IClusterClient
{
    private readonly GrainFactory _factory = node.GrainFactory;

    public IServiceProvider ServiceProvider => node.Services;

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithGuidKey
        => _factory.GetGrain<TGrainInterface>(primaryKey, grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithIntegerKey
        => _factory.GetGrain<TGrainInterface>(primaryKey, grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithStringKey
        => _factory.GetGrain<TGrainInterface>(primaryKey, grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId) where TGrainInterface : IAddressable => _factory.GetGrain<TGrainInterface>(grainId);

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) => _factory.GetGrain(grainInterfaceType, grainPrimaryKey);

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey) => _factory.GetGrain(grainInterfaceType, grainPrimaryKey);

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => _factory.GetGrain(grainInterfaceType, grainPrimaryKey);

    public TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj) where TGrainObserverInterface : IGrainObserver
        => _factory.CreateObjectReference<TGrainObserverInterface>(obj);

    public void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj) where TGrainObserverInterface : IGrainObserver
        => _factory.DeleteObjectReference<TGrainObserverInterface>(obj);
}
