namespace Cluster.Contracts.Runs;

/// <summary>One line of <c>events.jsonl</c>.</summary>
/// <param name="Time">When, UTC.</param>
/// <param name="Kind">What: started, resumed, checkpoint, warning, paused, recovering, finished, failed; diagnosis, and cleared where one is over.</param>
/// <param name="Step">Steps completed then.</param>
/// <param name="Text">A plain sentence.</param>
/// <param name="Rule">Of a diagnosis, and of its end: the rule, as <c>mode-collapse</c>. Null otherwise.</param>
/// <param name="Severity">Of a diagnosis: info, warning or critical. Null otherwise.</param>
/// <param name="Suggestion">Of a diagnosis: what may help. Null otherwise.</param>
public sealed record RunEvent(
    DateTimeOffset Time, string Kind, long Step, string Text, string? Rule = null, string? Severity = null, string? Suggestion = null)
{
    /// <summary>The kind of a finding.</summary>
    public const string Diagnosis = "diagnosis";

    /// <summary>The kind of a finding's end.</summary>
    public const string Cleared = "cleared";
}
