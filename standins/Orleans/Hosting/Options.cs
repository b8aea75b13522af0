using System.Net;

namespace Orleans.Configuration;

/// <summary>Which cluster this is.</summary>
public class ClusterOptions
{
    /// <summary>The default cluster id.</summary>
    public const string DefaultClusterId = "default";

    /// <summary>The default service id.</summary>
    public const string DefaultServiceId = "default";

    internal const string DevelopmentClusterId = "dev";
    internal const string DevelopmentServiceId = "dev";

    /// <summary>Names the cluster. Default: <see cref="DefaultClusterId"/>.</summary>
    public string ClusterId { get; set; } = DefaultClusterId;

    /// <summary>Names the service, whose states outlive its clusters. Default: <see cref="DefaultServiceId"/>.</summary>
    public string ServiceId { get; set; } = DefaultServiceId;
}

/// <summary>The silo's name.</summary>
public class SiloOptions
{
    /// <summary>The name; made up where none is given.</summary>
    public string SiloName { get; set; } = "";
}

/// <summary>Where the silo would listen; the stand-in opens no socket, and uses the ports as names.</summary>
public class EndpointOptions
{
    /// <summary>The default silo port.</summary>
    public const int DEFAULT_SILO_PORT = 11111;

    /// <summary>The default gateway port.</summary>
    public const int DEFAULT_GATEWAY_PORT = 30000;

    /// <summary>The address that others would use.</summary>
    public IPAddress AdvertisedIPAddress { get; set; } = IPAddress.Loopback;

    /// <summary>The silo's port. Default: 11111.</summary>
    public int SiloPort { get; set; } = DEFAULT_SILO_PORT;

    /// <summary>The gateway's port. Default: 30000.</summary>
    public int GatewayPort { get; set; } = DEFAULT_GATEWAY_PORT;
}

/// <summary>How calls wait for their answers.</summary>
public abstract class MessagingOptions
{
    /// <summary>How long a caller waits for an answer. Default: 30 s.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>How calls from silos wait for their answers.</summary>
public class SiloMessagingOptions : MessagingOptions;

/// <summary>How calls from clients wait for their answers.</summary>
public class ClientMessagingOptions : MessagingOptions;

/// <summary>When idle activations end.</summary>
public class GrainCollectionOptions
{
    /// <summary>How long an activation may be idle. Default: 15 min.</summary>
    public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How often idle activations are looked for. Default: 1 min.</summary>
    public TimeSpan CollectionQuantum { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Ages of single grain classes, by full name.</summary>
    public Dictionary<string, TimeSpan> ClassSpecificCollectionAge { get; set; } = [];
}

/// <summary>Memory storage has nothing to set here: states are kept as copies.</summary>
public class MemoryGrainStorageOptions;

/// <summary>How members of one cluster find each other within the process.</summary>
internal sealed class MeetingOptions
{
    public string? Key { get; set; }

    public int[]? Gateways { get; set; }
}
