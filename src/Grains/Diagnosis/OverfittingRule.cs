using System.Globalization;

namespace Cluster.Grains;

/// <summary>
/// A Boltzmann machine gives training data more and more probability than held-out data: log p(train) − log p(held out) is the gap of their free
/// energies, whatever the partition function (Hinton 2010, section 6).
/// </summary>
/// <param name="visible">Visible units.</param>
internal sealed class OverfittingRule(int visible) : Rule(
    "overfitting",
    Severity.Warning,
    string.Create(CultureInfo.InvariantCulture, $"rbm: in {Rows} surveys the free-energy gap is wider than in the first ones by more than {Wider:0.00} nats for each visible unit"))
{
    /// <summary>Nats for each visible unit.</summary>
    private const double Wider = 0.02;

    private const int Rows = 3;

    /// <inheritdoc/>
    public override Verdict Judge(SignalHistory rows) => rows.Beginning("freeEnergyGap") is not { } first
        ? Verdict.Unknown
        : Lasting(rows, "freeEnergyGap", Rows, gap => gap - first > Wider * visible, gap => Verdict.Of(
            string.Create(CultureInfo.InvariantCulture, $"the machine overfits: training data have become {gap - first:0.0} nats likelier than held-out data"),
            "stop earlier (checkpoint.best names a figure to keep the best by), take fewer hidden units or more data, or set optimizer.weightDecay"));
}
