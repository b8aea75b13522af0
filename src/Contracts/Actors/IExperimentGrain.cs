using Orleans.Concurrency;

namespace Cluster.Contracts;

/// <summary>One run: its file, its state, its workflow and its checkpoints. Key: the run's name.</summary>
[Alias("cluster.IExperimentGrain")]
public interface IExperimentGrain : IGrainWithStringKey
{
    /// <summary>Makes the run's folder and starts training. Answers at once; <see cref="Status"/> tells how it goes.</summary>
    /// <param name="experiment">The resolved experiment file.</param>
    /// <exception cref="InputException">The run exists, its folder cannot be written, or the data cannot be read.</exception>
    [ResponseTimeout("00:02:00")]
    Task<RunStatus> Start(string experiment);

    /// <summary>Goes on from the newest sound checkpoint, or from the beginning where there is none.</summary>
    /// <exception cref="InputException">There is no such run, it has finished, it runs already, or no checkpoint is sound.</exception>
    [ResponseTimeout("00:02:00")]
    Task<RunStatus> Resume();

    /// <summary>State, step and last figures.</summary>
    [AlwaysInterleave]
    Task<RunStatus> Status();

    /// <summary>Finishes the present step, writes a checkpoint and pauses. Answers at once.</summary>
    [AlwaysInterleave]
    Task Pause();

    /// <summary>As <see cref="Pause"/>, to give the run up: a queue leaves it out. <c>resume</c> still goes on with it.</summary>
    [AlwaysInterleave]
    Task Cancel();

    /// <summary>As <see cref="Pause"/>, to go on elsewhere: the run waits in its cluster's queue again. Answers when the run is let go.</summary>
    [AlwaysInterleave]
    [ResponseTimeout("00:02:00")]
    Task Yield();

    /// <summary>Whether <see cref="Start"/> could begin: the file and its data are read.</summary>
    /// <exception cref="InputException">They cannot be, or do not fit each other.</exception>
    [ResponseTimeout("00:02:00")]
    Task Check(string experiment);

    /// <summary>The newest sound checkpoint, which <see cref="Sample"/> and <see cref="Export"/> read.</summary>
    /// <exception cref="InputException">There is no such run or no sound checkpoint.</exception>
    [ResponseTimeout("00:02:00")]
    Task<CheckpointChoice> NewestCheckpoint();

    /// <summary>A picture from the newest checkpoint as bytes of a PNG.</summary>
    /// <param name="picture">Which of those that the model draws; null for its first.</param>
    /// <param name="rows">Rows of the grid.</param>
    /// <param name="columns">Columns of the grid.</param>
    /// <param name="seed">Names the streams that it draws from.</param>
    /// <param name="truncation">Largest absolute value of a latent's element; 0 for no bound.</param>
    /// <exception cref="InputException">There is no such run, no sound checkpoint, no such picture, or nothing to truncate.</exception>
    [ResponseTimeout("00:05:00")]
    Task<byte[]> Sample(string? picture, int rows, int columns, ulong seed, double truncation = 0);

    /// <summary>
    /// Figures and pictures of the newest checkpoint's model on held-out data, as they come. At the end the figures are
    /// a row of <c>metrics.jsonl</c>, unless the run trains, or samples of a file are judged.
    /// </summary>
    /// <param name="request">What a person wants otherwise than the file says; null for nothing.</param>
    /// <param name="cancellation">Ends it after the present item.</param>
    /// <exception cref="InputException">There is no such run, no sound checkpoint, or the held-out data, the classifier or the samples cannot be read.</exception>
    IAsyncEnumerable<EvaluationItem> Evaluate(EvaluationRequest? request = null, CancellationToken cancellation = default);

    /// <summary>
    /// The newest checkpoint's parameters of all roles as one safetensors file, in pieces of at most 1 MiB. Tensors carry
    /// the role and the name that PyTorch would give them: <c>generator.0.weight</c>.
    /// </summary>
    /// <exception cref="InputException">There is no such run or no sound checkpoint.</exception>
    IAsyncEnumerable<byte[]> Export(CancellationToken cancellation = default);
}

/// <summary>How a run goes.</summary>
/// <param name="State">Its state.</param>
/// <param name="Step">Steps completed.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Checkpoint">Step of the newest complete checkpoint; −1 where there is none.</param>
/// <param name="StepsPerSecond">Recent rate; 0 before the first.</param>
/// <param name="Figures">Last losses and scores by name.</param>
/// <param name="Problem">Why it failed; null otherwise.</param>
[GenerateSerializer, Immutable, Alias("cluster.RunStatus")]
public sealed record RunStatus(
    RunState State,
    long Step,
    long Steps,
    long Checkpoint,
    double StepsPerSecond,
    IReadOnlyDictionary<string, double> Figures,
    string? Problem);

/// <summary>Which checkpoint of a run is taken.</summary>
/// <param name="Step">Steps completed when it was written.</param>
/// <param name="Warnings">Newer ones that were passed over, each with the file that is damaged.</param>
[GenerateSerializer, Immutable, Alias("cluster.CheckpointChoice")]
public sealed record CheckpointChoice(long Step, IReadOnlyList<string> Warnings);

/// <summary>The states of a run.</summary>
[GenerateSerializer, Alias("cluster.RunState")]
public enum RunState
{
    /// <summary>Not started.</summary>
    Queued,

    /// <summary>Training.</summary>
    Running,

    /// <summary>Checkpointed on request; <c>resume</c> goes on.</summary>
    Paused,

    /// <summary>Rolling back to a checkpoint after a loss.</summary>
    Recovering,

    /// <summary>All steps done.</summary>
    Finished,

    /// <summary>Stopped by an error.</summary>
    Failed,

    /// <summary>Given up on request.</summary>
    Cancelled,
}
