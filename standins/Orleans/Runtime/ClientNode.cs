using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Runtime;

/// <summary>A client of the cluster: it sends calls and holds observers, but no grains.</summary>
internal sealed class ClientNode(ClusterHub hub, IServiceProvider services) : Node(hub, services)
{
    private static int _last;
    private readonly int _number = Interlocked.Increment(ref _last);

    public override TimeSpan ResponseTimeout { get; } = services.GetRequiredService<IOptions<ClientMessagingOptions>>().Value.ResponseTimeout;

    public void Stop()
    {
        Dead = true;
        Hub.Pending.Abandon(this);
    }

    public override string ToString() => $"sys.client/{_number}";
}
