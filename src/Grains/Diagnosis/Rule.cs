namespace Cluster.Grains;

/// <summary>
/// Turns signals into a finding. A rule looks at nothing but the rows, so that the same rows always give the same findings; each lives in a
/// file of its own with its thresholds as named constants.
/// </summary>
/// <param name="name">Its name in events and metrics: <c>mode-collapse</c>.</param>
/// <param name="severity">How much it matters.</param>
/// <param name="meaning">When it fires, for the documentation.</param>
internal abstract class Rule(string name, Severity severity, string meaning)
{
    /// <summary>Its name in events and metrics.</summary>
    public string Name => name;

    /// <summary>How much it matters.</summary>
    public Severity Severity => severity;

    /// <summary>When it fires, for the documentation.</summary>
    public string Meaning => meaning;

    /// <summary>Judges the rows so far; the newest has just come.</summary>
    public abstract Verdict Judge(SignalHistory rows);

    /// <summary>A fault while a condition holds in all of the newest rows that have a signal; clear as soon as it does not in the newest.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="signal">The signal.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="bad">The condition.</param>
    /// <param name="found">Makes the finding of the newest value.</param>
    private protected static Verdict Lasting(SignalHistory rows, string signal, int count, Func<double, bool> bad, Func<double, Verdict> found)
    {
        IReadOnlyList<double> last = rows.Last(signal, count);
        return last.Count == 0 ? Verdict.Unknown
            : !bad(last[^1]) ? Verdict.Clear
            : last.Count == count && last.All(bad) ? found(last[^1])
            : Verdict.Unknown;
    }
}
