using Cluster.Grains;

namespace Cluster.Silo;

/// <summary>How tensors travel between silos beside the messages.</summary>
public sealed class BulkSettings
{
    /// <summary>Whether they do; all silos should say the same.</summary>
    [Setting("bulk.enabled", "Whether large tensors travel between silos on connections of their own; all silos should say the same")]
    public bool Enabled { get; set; } = true;

    /// <summary>The port for them, 1 to 65535; 0 takes a free one.</summary>
    [Setting("bulk.port", "The port for other silos' tensors; 0 takes a free one", Min = 0, Max = 65535)]
    public int Port { get; set; }

    /// <summary>MiB of the largest tensor that is taken in, 1 to 2047.</summary>
    [Setting("bulk.largest", "MiB of the largest tensor that is taken in", Min = 1, Max = 2047)]
    public int Largest { get; set; } = 2047;

    /// <summary>Connections of other silos that are served at a time, 1 to 65536.</summary>
    [Setting("bulk.connections", "Connections for other silos' tensors that are served at a time", Min = 1, Max = 65536)]
    public int Connections { get; set; } = 1024;

    /// <summary>The options of the channel, encrypted as the silo's other connections are.</summary>
    internal BulkOptions Options(Certificates? tls) => new()
    {
        Enabled = Enabled,
        Port = Port,
        MaximumBytes = (long)Largest << 20,
        MaximumConnections = Connections,
        Certificate = tls?.Mine,
        Authority = tls?.Authority,
    };
}
