namespace Cluster.Contracts.Runs;

/// <summary>One line of <c>events.jsonl</c>.</summary>
/// <param name="Time">When, UTC.</param>
/// <param name="Kind">What: started, resumed, checkpoint, warning, paused, recovering, finished, failed.</param>
/// <param name="Step">Steps completed then.</param>
/// <param name="Text">A plain sentence.</param>
public sealed record RunEvent(DateTimeOffset Time, string Kind, long Step, string Text);
