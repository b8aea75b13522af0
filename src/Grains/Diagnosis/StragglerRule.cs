using System.Globalization;

namespace Cluster.Grains;

/// <summary>One actor keeps its kind waiting.</summary>
internal sealed class StragglerRule() : Rule(
    "straggler", Severity.Info, string.Create(CultureInfo.InvariantCulture, $"the gradients of one actor come later than those of its kind by more than {Share:0%} of the time in {Rows} rows"))
{
    /// <summary>Of the run's time.</summary>
    private const double Share = 0.5;

    private const int Rows = 5;

    /// <inheritdoc/>
    public override Verdict Judge(SignalHistory rows) => Lasting(rows, "lateness", Rows, share => share > Share, share => Verdict.Of(
        string.Create(CultureInfo.InvariantCulture, $"{rows.Newest.Straggler} is late: the others wait for it {share:0%} of the time"),
        "look at what else its device or node does (cluster status), or move it: a step is as fast as its slowest replica"));
}
