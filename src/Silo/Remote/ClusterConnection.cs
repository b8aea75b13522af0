using System.Net;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Cluster.Silo;

/// <content>What needs the real Orleans.</content>
public sealed partial class ClusterConnection
{
    static partial void Configure(IClientBuilder client, IReadOnlyList<IPEndPoint> gateways, string cluster, TlsOptions tls, string? token, Action<string> refused)
    {
        client.UseStaticClustering([.. gateways]);
        client.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster, cluster));
        client.Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = TimeSpan.FromSeconds(10));
        Tls.Use(client, tls);
        TokenGate.Use(client, token, refused);
    }
}
