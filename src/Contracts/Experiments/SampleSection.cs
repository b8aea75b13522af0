using System.Globalization;
using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>Rows and columns of a picture of samples, written <c>8x8</c>.</summary>
public sealed record SampleGrid(int Rows, int Columns)
{
    internal const int MaxSide = 100;

    internal static readonly Form<SampleGrid> Form = new PatternForm<SampleGrid>(
        "grid", "ROWSxCOLUMNS such as 8x8, each from 1 to 100", text => TryParse(text), grid => grid.ToString());

    /// <summary>Reads <c>RxC</c>, each from 1 to 100; null for anything else. The form of <c>--grid</c> too.</summary>
    public static SampleGrid? TryParse(string text)
    {
        var parts = text.Split('x');
        return parts.Length == 2 && Side(parts[0]) is { } rows && Side(parts[1]) is { } columns ? new(rows, columns) : null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Rows}x{Columns}");

    private static int? Side(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n is >= 1 and <= MaxSide ? n : null;
}

/// <summary>The picture of samples that a run leaves.</summary>
public sealed record SampleSection
{
    /// <summary>Steps; 0: only at the end.</summary>
    public int Every { get; init; } = 500;
    public SampleGrid Grid { get; init; } = new(8, 8);
    public long Seed { get; init; }

    public int Rows => Grid.Rows;
    public int Columns => Grid.Columns;

    internal static SampleSection Describe(Section s, SampleSection d) => new()
    {
        Every = s.Int("every", d.Every, "steps between pictures; 0: only at the end", 0),
        Grid = s.Scalar("grid", d.Grid, SampleGrid.Form, "rows and columns of the picture"),
        Seed = s.Whole("seed", d.Seed, "seed of the samples' latents, so that pictures of one run can be compared", 0),
    };
}
