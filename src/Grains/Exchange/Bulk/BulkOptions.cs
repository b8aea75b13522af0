using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Cluster.Grains;

/// <summary>How a silo sends and receives bulk tensors beside the messages.</summary>
public sealed class BulkOptions
{
    /// <summary>Whether the silo listens at all. Without it its tensors travel in messages, a chunk at a time. Default: true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Where it listens; null: on the address of the silo itself.</summary>
    public IPAddress? Address { get; set; }

    /// <summary>The port, from 1 to 65535; 0, the default, takes a free one.</summary>
    public int Port { get; set; }

    /// <summary>Tensors of fewer bytes stay in messages. At least 0; default 64 KiB.</summary>
    public long Threshold { get; set; } = 64 << 10;

    /// <summary>Whether silos of one machine use memory that both see. Default: true; where there is none, TCP carries all.</summary>
    public bool SharedMemory { get; set; } = true;

    /// <summary>Largest tensor that is taken in, in bytes; from 1 to 2 GiB − 1, the default.</summary>
    public long MaximumBytes { get; set; } = int.MaxValue;

    /// <summary>How long a peer may take to answer the first bytes of a connection. Above zero; default 10 seconds.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Connections of peers that are served at a time; one more is closed at once. From 1; default 1024.</summary>
    public int MaximumConnections { get; set; } = 1024;

    /// <summary>
    /// With a certificate (its private key included) all transfers are encrypted, and a silo takes only peers that show one of
    /// <see cref="Authority"/>, or without that the very same one. Null, the default: plain TCP.
    /// </summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>Who signed the certificates of all silos. Null, the default: they all have one and the same.</summary>
    public X509Certificate2? Authority { get; set; }

    /// <summary>Refuses what makes no sense.</summary>
    /// <exception cref="ArgumentException">Names the option, its value and what would be right.</exception>
    public void Validate()
    {
        Require(Port is >= 0 and <= IPEndPoint.MaxPort, nameof(Port), Port, "0 to 65535");
        Require(Threshold >= 0, nameof(Threshold), Threshold, "at least 0");
        Require(MaximumBytes is > 0 and <= int.MaxValue, nameof(MaximumBytes), MaximumBytes, $"1 to {int.MaxValue}");
        Require(ConnectTimeout > TimeSpan.Zero, nameof(ConnectTimeout), ConnectTimeout, "above zero");
        Require(MaximumConnections > 0, nameof(MaximumConnections), MaximumConnections, "at least 1");
        Require(Certificate is null or { HasPrivateKey: true }, nameof(Certificate), "without its private key", "one with its private key");
    }

    private static void Require(bool holds, string name, object value, string right)
    {
        if (!holds)
        {
            throw new ArgumentException($"bulk option {name} is {value}; it must be {right}");
        }
    }
}
