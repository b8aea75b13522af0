using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>Whitening of signals by zero-phase components (Bell and Sejnowski 1997).</summary>
public sealed record WhiteningSection
{
    public bool Enabled { get; init; }
    public double Epsilon { get; init; } = 0.01;

    internal static WhiteningSection Describe(Section s, WhiteningSection d)
    {
        bool enabled = s.Flag("enabled", d.Enabled, "whether signals are whitened");
        return new()
        {
            Enabled = enabled,
            Epsilon = s.Number("epsilon", d.Epsilon, "added to every variance relative to their mean, so that noise is not blown up", Interval.NonNegative, new Only("enabled", "true", enabled)),
        };
    }
}
