namespace Cluster.Contracts;

/// <summary>What is known of one step of a run, from every silo that took part.</summary>
/// <param name="Id">The trace, as in OpenTelemetry.</param>
/// <param name="Spans">Its spans, in the order of their beginnings. The step itself is among them once it has ended.</param>
[GenerateSerializer, Immutable, Alias("cluster.StepTrace")]
public sealed record StepTrace(string Id, IReadOnlyList<StepSpan> Spans);

/// <summary>One piece of a step.</summary>
/// <param name="Id">The span.</param>
/// <param name="Parent">The span that asked for it; null for the step itself.</param>
/// <param name="Name">What it is, as in telemetry: <c>workflow.step</c>, <c>actor.message</c>, <c>device.run</c>, <c>exchange.reduce</c>.</param>
/// <param name="Label">The message, or the work on the device.</param>
/// <param name="Actor">The key of the actor that has the message; null for other spans.</param>
/// <param name="Place">The actor's silo, or the device's thread.</param>
/// <param name="Step">The workflow step where the span tells it.</param>
/// <param name="Start">When it began, by the clock of its machine.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Problem">Why it failed; null where it did not.</param>
[GenerateSerializer, Immutable, Alias("cluster.StepSpan")]
public sealed record StepSpan(
    string Id, string? Parent, string Name, string? Label, string? Actor, string? Place, long? Step, DateTime Start, double Seconds, string? Problem);
