using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Orleans.TestingHost;

/// <summary>Makes the hosts of a test cluster.</summary>
internal static class TestClusterHosts
{
    public static IHost CreateSilo(TestClusterOptions options, string key, string name, int number, Action<IConfigurationBuilder> configuration)
    {
        var host = new HostBuilder().UseEnvironment(Environments.Development).ConfigureHostConfiguration(configuration);
        host.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (options.ClusterId, options.ServiceId));
            silo.Configure<SiloOptions>(siloOptions => siloOptions.SiloName = name);
            silo.Configure<EndpointOptions>(endpoint =>
            {
                endpoint.AdvertisedIPAddress = IPAddress.Loopback;
                endpoint.SiloPort = options.BaseSiloPort + number;
                endpoint.GatewayPort = options.BaseGatewayPort + number;
            });
            silo.Configure<MeetingOptions>(meeting => meeting.Key = key);
        });
        foreach (var configurator in Make(options.SiloBuilderConfiguratorTypes))
        {
            (configurator as IHostConfigurator)?.Configure(host);
            if (configurator is ISiloConfigurator silo) host.UseOrleans(silo.Configure);
        }

        return host.Build();
    }

    public static IHost CreateClient(TestClusterOptions options, string key, Action<IConfigurationBuilder> configuration)
    {
        var host = new HostBuilder().UseEnvironment(Environments.Development).ConfigureHostConfiguration(configuration);
        host.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (options.ClusterId, options.ServiceId));
            client.Configure<MeetingOptions>(meeting => meeting.Key = key);
        });
        foreach (var configurator in Make(options.ClientBuilderConfiguratorTypes))
        {
            (configurator as IHostConfigurator)?.Configure(host);
            if (configurator is IClientBuilderConfigurator own) host.UseOrleansClient((context, client) => own.Configure(context.Configuration, client));
        }

        return host.Build();
    }

    private static IEnumerable<object> Make(IEnumerable<string?> types) => types.Select(type => Activator.CreateInstance(Type.GetType(type!, throwOnError: true)!)!);
}
