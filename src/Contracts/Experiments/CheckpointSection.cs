using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>When the state is written to disk.</summary>
public sealed record CheckpointSection
{
    /// <summary>Steps; 0: only at the end.</summary>
    public int Every { get; init; } = 500;
    public int Keep { get; init; } = 3;

    internal static CheckpointSection Describe(Section s, CheckpointSection d) => new()
    {
        Every = s.Int("every", d.Every, "steps between checkpoints; 0: only at the end", 0),
        Keep = s.Int("keep", d.Keep, "newest checkpoints that stay; older ones are deleted", 1, 1_000_000),
    };
}
