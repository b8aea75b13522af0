using System.Globalization;

namespace Cluster.Grains;

/// <summary>Learning makes it worse, or throws the parameters about.</summary>
/// <param name="loss">The figure that should fall; null where none has to, as in a game of two networks.</param>
internal sealed class DivergingRule(string? loss) : Rule(
    "diverging",
    Severity.Critical,
    string.Create(CultureInfo.InvariantCulture, $"the loss is above {Worse:0.0} times where it began in {Rows} rows, or steps change a role's parameters by more than {Jump:0%} of their norm in {Rows} rows after the first {Settled}"))
{
    /// <summary>Times the first loss.</summary>
    private const double Worse = 1.5;

    /// <summary>Of the parameters' norm: healthy steps are of the order of a thousandth.</summary>
    private const double Jump = 0.1;

    private const int Rows = 5;

    /// <summary>Small first parameters grow by large steps.</summary>
    private const int Settled = 10;

    private const string Suggestion = "lower optimizer.learningRate, or set optimizer.clipNorm";

    /// <inheritdoc/>
    public override Verdict Judge(SignalHistory rows)
    {
        Verdict rising = loss is null || rows.Beginning(loss) is not { } first
            ? Verdict.Clear
            : Lasting(rows, loss, Rows, value => value > first + ((Worse - 1) * Math.Abs(first)), value => Verdict.Of(
                string.Create(CultureInfo.InvariantCulture, $"{loss} is {value:0.####} and rising away from {first:0.####}, where it began"), Suggestion));
        if (rising.Fault != false || rows.Count <= Settled)
        {
            return rising;
        }

        Verdict all = Verdict.Clear;
        foreach (string signal in rows.Newest.Figures.Keys.Where(name => name.EndsWith(".updateRatio", StringComparison.Ordinal)))
        {
            Verdict one = Lasting(rows, signal, Rows, value => value > Jump, value => Verdict.Of(
                string.Create(CultureInfo.InvariantCulture, $"a step changes the {signal.Split('.')[0]}'s parameters by {value:0%} of their norm; a thousandth is usual"), Suggestion));
            all = one.Fault == false ? all : one;
            if (all.Fault == true)
            {
                return all;
            }
        }

        return all;
    }
}
