namespace Cluster.Contracts;

/// <summary>Which step of which attempt a message belongs to.</summary>
/// <param name="Attempt">Grows with each start, resume and recovery of the run; an actor refuses messages of another attempt.</param>
/// <param name="Step">The workflow step, from 0.</param>
[GenerateSerializer, Immutable, Alias("cluster.StepId")]
public readonly record struct StepId(long Attempt, long Step);
