namespace Cluster.Contracts;

/// <summary>Tells an actor what it is in which run, and from which state it starts.</summary>
/// <param name="Run">The run's name.</param>
/// <param name="Experiment">The resolved experiment file.</param>
/// <param name="Index">The actor's logical index in its role, from 0.</param>
/// <param name="At">The attempt, and the step from which training goes on.</param>
/// <param name="Checkpoint">Name of the checkpoint folder to load; null at the beginning of a run.</param>
[GenerateSerializer, Immutable, Alias("cluster.OpenRequest")]
public sealed record OpenRequest(
    string Run,
    string Experiment,
    int Index,
    StepId At,
    string? Checkpoint);
