namespace Cluster.Grains;

/// <summary>
/// Watches a run by its rows. A rule that finds a fault is told of once, until its fault is gone, of which it tells once too.
/// </summary>
/// <param name="rules">The family's.</param>
internal sealed class Doctor(IReadOnlyList<Rule> rules)
{
    private readonly SignalHistory _rows = new();
    private readonly HashSet<string> _active = new(StringComparer.Ordinal);

    /// <summary>Looks at a new row.</summary>
    /// <returns>What has changed.</returns>
    public IReadOnlyList<Finding> Look(SignalRow row)
    {
        _rows.Add(row);
        List<Finding> findings = [];
        foreach (Rule rule in rules)
        {
            Verdict verdict = rule.Judge(_rows);
            if (verdict.Fault == true && _active.Add(rule.Name))
            {
                findings.Add(new Finding(rule, true, verdict.Text, verdict.Suggestion));
            }
            else if (verdict.Fault == false && _active.Remove(rule.Name))
            {
                findings.Add(new Finding(rule, false, $"{rule.Name} is over", ""));
            }
        }

        return findings;
    }

    /// <summary>Tells of a loss or gradient that is no number, of which no row comes: the step has failed.</summary>
    public IReadOnlyList<Finding> LookAt(Contracts.NonFiniteException problem) =>
        rules.OfType<NonFiniteRule>().FirstOrDefault() is { } rule && _active.Add(rule.Name) ? [rule.Find(problem)] : [];

    /// <summary>The run goes back to a step; what was found stands until its rule sees otherwise.</summary>
    public void Rewind(long step) => _rows.Rewind(step);
}

/// <summary>A rule's finding, or that it is over.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Fault">Whether the fault is there now.</param>
/// <param name="Text">A plain sentence.</param>
/// <param name="Suggestion">What may help; empty where it is over.</param>
internal sealed record Finding(Rule Rule, bool Fault, string Text, string Suggestion);
