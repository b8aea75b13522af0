using System.Globalization;

namespace Cluster.Grains;

/// <summary>The particles of a Boltzmann machine stay where they are, and the gradient's negative half with them.</summary>
internal sealed class StuckChainsRule() : Rule(
    "chains-stuck",
    Severity.Warning,
    string.Create(CultureInfo.InvariantCulture, $"rbm: chainAutocorrelation is above {Frozen:0.000} in {Rows} rows, or swapRateMin below {Apart:0.00}"))
{
    /// <summary>Correlation of the hidden units from one update to the next.</summary>
    private const double Frozen = 0.99;

    /// <summary>Share of swaps that neighbouring temperatures accept.</summary>
    private const double Apart = 0.01;

    private const int Rows = 10;

    /// <inheritdoc/>
    public override Verdict Judge(SignalHistory rows)
    {
        Verdict frozen = Lasting(rows, "chainAutocorrelation", Rows, value => value > Frozen, value => Verdict.Of(
            string.Create(CultureInfo.InvariantCulture, $"the chains do not mix: from one update to the next their hidden units correlate by {value:0.0000}"),
            "lower optimizer.learningRate, raise model.k, or let hotter particles swap with them (model.temperatures)"));
        return frozen.Fault == true || rows.Last("swapRateMin", 1).Count == 0 ? frozen : Lasting(rows, "swapRateMin", Rows, value => value < Apart, value => Verdict.Of(
            string.Create(CultureInfo.InvariantCulture, $"two neighbouring temperatures accept {value:0.0%} of their swaps: hot particles do not reach the cold ones"),
            "raise model.temperatures, or model.hottest"));
    }
}
