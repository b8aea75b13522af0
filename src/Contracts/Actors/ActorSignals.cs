namespace Cluster.Contracts;

/// <summary>What an actor has noted beside its work since it was last asked.</summary>
/// <param name="Values">Of the steps that report: their devices made them in passing.</param>
/// <param name="Totals">Since the actor was opened: times and bytes.</param>
[GenerateSerializer, Immutable, Alias("cluster.ActorSignals")]
public sealed record ActorSignals(StepSignal[] Values, SignalTotal[] Totals);

/// <summary>One signal of a step.</summary>
/// <param name="Step">The workflow step.</param>
/// <param name="Name">Its name among the family's raw signals.</param>
/// <param name="Values">One number or several.</param>
[GenerateSerializer, Immutable, Alias("cluster.StepSignal")]
public sealed record StepSignal(long Step, string Name, double[] Values);

/// <summary>A sum that only grows.</summary>
/// <param name="Kind">What it is the sum of.</param>
/// <param name="Key">Whose: a device of a silo, or a contributor of a role.</param>
/// <param name="Value">The sum.</param>
[GenerateSerializer, Immutable, Alias("cluster.SignalTotal")]
public sealed record SignalTotal(string Kind, string Key, double Value);
