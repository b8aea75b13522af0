using System.Globalization;

namespace Cluster.Grains;

/// <summary>The run waits for gradients and values on their way.</summary>
internal sealed class ExchangeBoundRule() : Rule(
    "exchange-bound", Severity.Info, string.Create(CultureInfo.InvariantCulture, $"exchangeShare is above {Share:0%} in {Rows} rows"))
{
    /// <summary>Of the run's time.</summary>
    private const double Share = 0.5;

    private const int Rows = 5;

    /// <inheritdoc/>
    public override Verdict Judge(SignalHistory rows) => Lasting(rows, "exchangeShare", Rows, share => share > Share, share => Verdict.Of(
        string.Create(CultureInfo.InvariantCulture, $"the run waits for exchanges {share:0%} of the time"),
        "take fewer replicas with larger batches, exchange.precision: bfloat16, or silos nearer to each other"));
}
