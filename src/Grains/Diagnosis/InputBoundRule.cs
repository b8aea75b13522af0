using System.Globalization;

namespace Cluster.Grains;

/// <summary>A device spends its time making minibatches.</summary>
internal sealed class InputBoundRule() : Rule(
    "input-bound", Severity.Info, string.Create(CultureInfo.InvariantCulture, $"inputShare is above {Share:0%} in {Rows} rows"))
{
    /// <summary>Of the run's time.</summary>
    private const double Share = 0.4;

    private const int Rows = 5;

    /// <inheritdoc/>
    public override Verdict Judge(SignalHistory rows) => Lasting(rows, "inputShare", Rows, share => share > Share, share => Verdict.Of(
        string.Create(CultureInfo.InvariantCulture, $"a device spends {share:0%} of its time making minibatches"),
        "store the data smaller or already binarized (data.binarize), or take a larger model: the network is done before its data are"));
}
