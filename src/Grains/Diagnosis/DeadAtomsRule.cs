using System.Globalization;

namespace Cluster.Grains;

/// <summary>Many atoms take part in no code, or are replaced again and again.</summary>
/// <param name="atoms">Atoms of the dictionary.</param>
internal sealed class DeadAtomsRule(int atoms) : Rule(
    "dead-atoms",
    Severity.Warning,
    string.Create(CultureInfo.InvariantCulture, $"dictionary: more than {Dead:0%} of the atoms have not been used for {AtomSignals.DeadAfter} updates in {Rows} rows, or as many were replaced in each of {Rows} rows"))
{
    /// <summary>Share of all atoms.</summary>
    private const double Dead = 0.2;

    private const int Rows = 5;

    /// <inheritdoc/>
    public override Verdict Judge(SignalHistory rows)
    {
        const string suggestion = "lower model.penalty, take fewer model.atoms or a larger batch";
        Verdict dead = Lasting(rows, "deadAtoms", Rows, share => share > Dead, share => Verdict.Of(
            string.Create(CultureInfo.InvariantCulture, $"{share:0%} of the atoms are dead: no code uses them"), suggestion + "; model.replaceAfter puts signals in their place"));
        return dead.Fault != false ? dead : Lasting(rows, "replacedAtoms", Rows, count => count > Dead * atoms, count => Verdict.Of(
            string.Create(CultureInfo.InvariantCulture, $"{count:0} of {atoms} atoms were replaced since the last row, because no code used them"), suggestion));
    }
}
