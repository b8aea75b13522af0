using Cluster.Contracts;

namespace Cluster.Grains;

/// <summary>One attempt to train a run: the messages between its actors. A workflow only sends and awaits.</summary>
internal interface IWorkflow
{
    /// <summary>What a step reports, in camel case: <c>discriminatorLoss</c>, <c>elbo</c>.</summary>
    IReadOnlyList<string> FigureNames { get; }

    /// <summary>All actors, for the watchdog.</summary>
    IReadOnlyList<ITrainingActor> Actors { get; }

    /// <summary>Opens all actors at a step.</summary>
    /// <param name="step">The step from which training goes on.</param>
    /// <param name="checkpoint">The checkpoint to load; null at the beginning.</param>
    Task Open(long step, string? checkpoint);

    /// <summary>Sets one workflow step going: its messages are exchanged when this ends, its arithmetic may still run.</summary>
    Task Step(long step);

    /// <summary>Waits until the arithmetic of some steps is done. Each step is asked for once, in order.</summary>
    /// <returns>For each step its figures, in the order of <see cref="FigureNames"/>.</returns>
    /// <exception cref="NonFiniteException">A loss is not a finite number.</exception>
    Task<double[][]> Report(long first, int count);

    /// <summary>A picture of the present state, as a PNG; between steps.</summary>
    Task<byte[]> Sample();

    /// <summary>Copies all state aside; between steps.</summary>
    Task Snapshot(long step);

    /// <summary>Writes the copies into a checkpoint's folder. Ends, well or not, when nothing is written any more.</summary>
    Task<CheckpointFile[]> WriteSnapshot(long step, string checkpoint);

    /// <summary>Frees what the actors hold. An actor that cannot be reached holds nothing: never fails.</summary>
    Task Close();
}

/// <summary>What a workflow is for.</summary>
/// <param name="Grains">Reaches the actors.</param>
/// <param name="Run">The run's name.</param>
/// <param name="Experiment">The resolved experiment file.</param>
/// <param name="Attempt">Which attempt of the run this is.</param>
internal sealed record WorkflowContext(IGrainFactory Grains, string Run, string Experiment, long Attempt)
{
    public StepId At(long step) => new(Attempt, step);

    /// <summary>What opens the actor of an index.</summary>
    public OpenRequest Open(int index, long step, string? checkpoint) => new(Run, Experiment, index, At(step), checkpoint);

    /// <summary>The replicas of a role.</summary>
    public T[] Replicas<T>(string role, int count) where T : IGrainWithStringKey =>
        [.. Enumerable.Range(0, count).Select(index => Grains.GetGrain<T>(ActorKeys.Replica(Run, role, index)))];
}
