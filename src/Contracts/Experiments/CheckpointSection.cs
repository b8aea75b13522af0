using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>Which way a figure improves.</summary>
public enum Better
{
    /// <summary>Losses.</summary>
    Lower,

    /// <summary>Scores, likelihoods.</summary>
    Higher,
}

/// <summary>When the state is written to disk.</summary>
public sealed record CheckpointSection
{
    private static readonly Form<string> FigureForm = new TextForm(
        "a figure's name of at most 64 letters and digits, or nothing", text => text.Length <= 64 && text.All(char.IsAsciiLetterOrDigit));

    /// <summary>Steps; 0: only at the end.</summary>
    public int Every { get; init; } = 500;
    public int Keep { get; init; } = 3;

    /// <summary>Empty: none is kept for its figure.</summary>
    public string Best { get; init; } = "";
    public Better Better { get; init; } = Better.Lower;

    internal static CheckpointSection Describe(Section s, CheckpointSection d) => new()
    {
        Every = s.Int("every", d.Every, "steps between checkpoints; 0: only at the end", 0),
        Keep = s.Int("keep", d.Keep, "newest checkpoints that stay; older ones are deleted", 1, 1_000_000),
        Best = s.Scalar("best", d.Best, FigureForm, "a figure of the run, as in metrics.jsonl: the checkpoint with its best mean since the one before stays too; empty: none"),
        Better = s.Word("better", d.Better, "whether a lower or a higher figure is better"),
    };
}
