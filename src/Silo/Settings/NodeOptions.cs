using System.Net;
using Cluster.Contracts.Experiments;

namespace Cluster.Silo;

/// <summary>Who a silo is and where it listens.</summary>
public sealed class NodeOptions
{
    /// <summary>Its name in status, logs and pools. Default: the machine's name and the silo's port.</summary>
    [Setting("name", "The silo's name in status and logs", Default = "MACHINE-PORT")]
    public string? Name { get; set; }

    /// <summary>The role pool that it belongs to: experiments name one in <c>placement.pool</c>. Default: none.</summary>
    [Setting("pool", "The role pool that the silo belongs to, as experiments name it in placement.pool: small letters, digits and hyphens", Default = "none")]
    public string? Pool { get; set; }

    /// <summary>The cluster's name: silos and clients of another name are turned away.</summary>
    [Setting("cluster", "The cluster's name; silos and clients of another are turned away")]
    public string Cluster { get; set; } = "cluster";

    /// <summary>The IP address at which other silos and clients reach this one.</summary>
    [Setting("address", "The IP address at which other silos and clients reach this one, or 'auto' for this machine's first")]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>The port for other silos, 1 to 65535; 0 takes a free one.</summary>
    [Setting("port", "The port for other silos; 0 takes a free one", Min = 0, Max = 65535)]
    public int Port { get; set; } = 11111;

    /// <summary>The port for clients, 1 to 65535; 0 takes a free one.</summary>
    [Setting("gatewayPort", "The port for clients; 0 takes a free one", Min = 0, Max = 65535)]
    public int GatewayPort { get; set; } = 30000;

    /// <summary>Seconds that SIGTERM leaves for checkpoints and leaving, 1 to 3600.</summary>
    [Setting("grace", "Seconds that SIGTERM leaves for checkpoints and leaving the cluster", Min = 1, Max = 3600)]
    public double Grace { get; set; } = 30;

    /// <summary>The least weight of a log line.</summary>
    [Setting("log", "The least weight of a log line")]
    public LogWeight Log { get; set; } = LogWeight.Information;

    /// <summary>The address, once it is known to be one.</summary>
    internal IPAddress IP { get; set; } = IPAddress.Loopback;

    internal static IEnumerable<string> Mistakes(NodeOptions options)
    {
        if (options.Address == "auto")
        {
            try
            {
                options.IP = Dns.GetHostAddresses(Dns.GetHostName()).FirstOrDefault(each => each.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork) ?? IPAddress.Loopback;
            }
            catch (System.Net.Sockets.SocketException)
            {
                options.IP = IPAddress.Loopback;
            }
        }
        else if (IPAddress.TryParse(options.Address, out IPAddress? address))
        {
            options.IP = address;
        }
        else
        {
            yield return $"address: '{options.Address}' is no IP address; write one such as 10.0.0.5, or auto for this machine's first";
        }

        if (!IsName(options.Cluster))
        {
            yield return $"cluster: '{options.Cluster}' is no cluster's name; letters, digits, '.', '_' and '-', at most 128";
        }

        if (options.Name is { } own && !IsName(own))
        {
            yield return $"name: '{own}' is no silo's name; letters, digits, '.', '_' and '-', at most 128";
        }

        if (options.Pool is { } pool && !ExperimentName.IsValid(pool))
        {
            yield return $"pool: '{pool}' is no pool's name; small letters, digits and hyphens, beginning with a letter or digit, at most 64";
        }

        if (options.Port == options.GatewayPort && options.Port != 0)
        {
            yield return $"port and gatewayPort are both {options.Port}; each needs its own";
        }
    }

    private static bool IsName(string text) => text.Length is > 0 and <= 128 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}

/// <summary>Weights of log lines.</summary>
public enum LogWeight
{
    /// <summary>All of it.</summary>
    Debug,

    /// <summary>What happens.</summary>
    Information,

    /// <summary>What should be looked at.</summary>
    Warning,

    /// <summary>What failed.</summary>
    Error,
}
