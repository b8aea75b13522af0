using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>The rows of <c>metrics.jsonl</c>.</summary>
public sealed record MetricsSection
{
    public int Every { get; init; } = 10;

    /// <summary>0: none.</summary>
    public int TraceEvery { get; init; } = 100;

    internal static MetricsSection Describe(Section s, MetricsSection d) => new()
    {
        Every = s.Int("every", d.Every, "steps between rows of metrics.jsonl", 1),
        TraceEvery = s.Int("traceEvery", d.TraceEvery, "one step in how many leaves a trace where traces are exported; the first of an attempt always does; 0: none", 0),
    };
}
