using System.Net;
using Cluster.Contracts;
using Cluster.Silo;

namespace Cluster.Client;

/// <summary>A cluster of other processes.</summary>
internal sealed class RemoteCluster : ClusterLink
{
    private readonly ClusterConnection _connection;
    private readonly string _address;

    private RemoteCluster(ClusterConnection connection, string address) => (_connection, _address) = (connection, address);

    /// <inheritdoc/>
    public override string Address => _address;

    /// <inheritdoc/>
    public override IClusterGrain Whole => Grains.GetGrain<IClusterGrain>(0);

    /// <summary>Connects.</summary>
    /// <param name="address"><c>HOST:PORT</c>, several with commas, or the folder of <c>cluster up</c>.</param>
    /// <param name="verbose">Whether the connection's log goes to standard error.</param>
    /// <exception cref="InputException">It is no address, or no silo answers.</exception>
    public static async Task<RemoteCluster> Open(string address, bool verbose)
    {
        SiloSettings mine = SettingsReader.ReadForClient(SettingsReader.Environment());
        string cluster = mine.Node.Cluster;
        IPEndPoint[] gateways;
        if (Directory.Exists(address))
        {
            ClusterFile file = ClusterFile.Read(address) ?? throw new InputException($"--connect {address}: the folder holds no {ClusterFile.Name}; start a cluster there with: {Hint.Program} up --folder {Hint.Quoted(address)}");
            cluster = file.Cluster;
            gateways = [.. file.Silos.Where(silo => silo.Runs(address)).Select(silo => new IPEndPoint(IPAddress.Loopback, silo.GatewayPort))];
            if (gateways.Length == 0)
            {
                throw new InputException($"--connect {address}: none of its {file.Silos.Count} silos runs; start them with: {Hint.Program} up --folder {Hint.Quoted(address)}");
            }
        }
        else
        {
            gateways = [.. address.Split(',').Select(each => Endpoints.TryParse(each.Trim())
                ?? throw new InputException($"--connect {address}: '{each}' is no HOST:PORT; write for example 127.0.0.1:30000, or the folder of {Hint.Program} up"))];
        }

        Hint.Connected = address;
        return new RemoteCluster(await ClusterConnection.Open(gateways, cluster, mine.Tls, mine.Clients.Token, verbose), address);
    }

    /// <inheritdoc/>
    public override IGrainFactory Grains => _connection.Grains;

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _connection.DisposeAsync();
}
