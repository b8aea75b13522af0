using System.Globalization;

namespace Cluster.Contracts.Experiments.Schema;

/// <summary>A range of numbers; an open end is itself not in it.</summary>
internal sealed record Interval(double Min, double Max, bool OpenMin, bool OpenMax)
{
    public static readonly Interval Positive = new(0, double.PositiveInfinity, true, true);
    public static readonly Interval NonNegative = new(0, double.PositiveInfinity, false, true);

    /// <summary>[0, 1).</summary>
    public static readonly Interval Fraction = new(0, 1, false, true);

    public static Interval Closed(double min, double max) => new(min, max, false, false);

    public bool Contains(double x) => (OpenMin ? x > Min : x >= Min) && (OpenMax ? x < Max : x <= Max);

    /// <summary>Completes "a number ...".</summary>
    public string Text
    {
        get
        {
            var low = string.Create(CultureInfo.InvariantCulture, $"{(OpenMin ? "greater than" : "of at least")} {Min}");
            if (double.IsPositiveInfinity(Max)) return low;
            return OpenMin || OpenMax
                ? string.Create(CultureInfo.InvariantCulture, $"{low} and {(OpenMax ? "less than" : "at most")} {Max}")
                : string.Create(CultureInfo.InvariantCulture, $"from {Min} to {Max}");
        }
    }
}
