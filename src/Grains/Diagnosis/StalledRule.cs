using System.Globalization;

namespace Cluster.Grains;

/// <summary>The parameters of a role hardly move: the learning rate is too small, or no gradient reaches them.</summary>
internal sealed class StalledRule() : Rule(
    "stalled", Severity.Warning, string.Create(CultureInfo.InvariantCulture, $"a step changes a role's parameters by less than {Least:0e+0} of their norm in {Rows} rows"))
{
    /// <summary>Of the parameters' norm: about what single precision can hold.</summary>
    private const double Least = 1e-7;

    private const int Rows = 10;

    /// <inheritdoc/>
    public override Verdict Judge(SignalHistory rows)
    {
        Verdict all = Verdict.Clear;
        foreach (string signal in rows.Newest.Figures.Keys.Where(name => name.EndsWith(".updateRatio", StringComparison.Ordinal)))
        {
            string role = signal.Split('.')[0];
            Verdict one = Lasting(rows, signal, Rows, value => value < Least, value => Verdict.Of(
                string.Create(CultureInfo.InvariantCulture, $"the {role} has stopped learning: a step changes its parameters by {value:0.0e+0} of their norm, with a gradient of norm {rows.Newest.Figures[role + ".gradientNorm"]:0.0e+0}"),
                "raise optimizer.learningRate; where the gradient is near 0, another activation or objective lets it through"));
            if (one.Fault == true)
            {
                return one;
            }

            all = one.Fault == false ? all : one;
        }

        return all;
    }
}
