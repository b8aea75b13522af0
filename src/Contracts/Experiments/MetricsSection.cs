using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>The rows of <c>metrics.jsonl</c>.</summary>
public sealed record MetricsSection
{
    public int Every { get; init; } = 10;

    internal static MetricsSection Describe(Section s, MetricsSection d) => new()
    {
        Every = s.Int("every", d.Every, "steps between rows of metrics.jsonl", 1),
    };
}
