using System.Diagnostics.Metrics;

namespace Cluster.Grains;

/// <summary>What the exchange between silos counts.</summary>
public static class ExchangeMetrics
{
    /// <summary>Name of the counter of bytes that a silo fetched; its tag <c>way</c> is <c>tcp</c>, <c>tls</c> or <c>memory</c>.</summary>
    public const string BytesName = "cluster.bulk.bytes";

    private static readonly Meter Meter = new("Cluster.Training");

    private static readonly Counter<long> Bytes = Meter.CreateCounter<long>(BytesName, "By", "Bytes fetched from other silos beside the messages");

    internal static void Fetched(int bytes, string way) => Bytes.Add(bytes, new KeyValuePair<string, object?>("way", way));
}
