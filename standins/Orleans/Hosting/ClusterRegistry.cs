using System.Net.Sockets;
using Orleans.Configuration;

namespace Orleans.Runtime;

/// <summary>The clusters of this process. A cluster lasts from its first silo to its last.</summary>
internal static class ClusterRegistry
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, ClusterHub> Hubs = [];

    public static ClusterHub HubFor(string key, ClusterOptions options)
    {
        lock (Gate)
        {
            if (!Hubs.TryGetValue(key, out var hub)) Hubs[key] = hub = new(options.ClusterId, options.ServiceId);
            if (hub.ClusterId != options.ClusterId)
                throw new InvalidOperationException($"The silo wants to join cluster '{options.ClusterId}', but at {key} there is cluster '{hub.ClusterId}'.");
            return hub;
        }
    }

    /// <summary>Makes a silo a member; no two living silos of the process may have the same ports.</summary>
    public static void Join(Silo silo)
    {
        lock (Gate)
        {
            var living = Hubs.Values.SelectMany(hub => hub.Silos).Where(other => other.Status != SiloStatus.Dead && other != silo);
            if (living.Any(other => other.Address.Endpoint.Equals(silo.Address.Endpoint))) throw new SocketException((int)SocketError.AddressAlreadyInUse);
            silo.Join();
        }
    }

    public static ClusterHub? FindByGateway(int[] ports)
    {
        lock (Gate)
            return Hubs.Values.FirstOrDefault(hub => hub.ActiveSilos.Any(silo => Array.IndexOf(ports, silo.Gateway.Endpoint.Port) >= 0));
    }

    public static ClusterHub? Find(string key)
    {
        lock (Gate) return Hubs.GetValueOrDefault(key);
    }

    /// <summary>Forgets a cluster whose last silo has gone.</summary>
    public static void Leave(string key)
    {
        lock (Gate)
        {
            // A test cluster keeps its memory storage while it has no silo: its owner forgets it.
            if (key.StartsWith("test:", StringComparison.Ordinal) || !Hubs.TryGetValue(key, out var hub) || hub.Silos.Any(silo => silo.Status != SiloStatus.Dead)) return;
            Hubs.Remove(key);
            hub.Dispose();
        }
    }

    public static void Forget(string key)
    {
        lock (Gate)
            if (Hubs.Remove(key, out var hub)) hub.Dispose();
    }
}
