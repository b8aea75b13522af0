using Orleans.Concurrency;

namespace Cluster.Contracts;

/// <summary>
/// A pool of persistent particles, at all temperatures: the model phase of a Boltzmann machine. Sends statistics, never particles.
/// Key: <c>run/chain/index</c>.
/// </summary>
[Alias("cluster.IChainGrain")]
public interface IChainGrain : ITrainingActor
{
    /// <summary>Makes or loads the particles and takes the parameters from the shards.</summary>
    Task Open(OpenRequest request);

    /// <summary>
    /// The statistics of the particles after k sweeps, with the exchange of gradients. Answers when the next messages may follow,
    /// which on one device is before the arithmetic is done; <see cref="Report"/> tells of it.
    /// </summary>
    [ResponseTimeout("00:10:00")]
    Task Step(StepId at);

    /// <summary>Waits for the arithmetic of some steps. Each step is to be asked for once.</summary>
    /// <exception cref="NonFiniteException">The machine has diverged.</exception>
    [AlwaysInterleave]
    [ResponseTimeout("00:10:00")]
    Task<ChainStep[]> Report(StepId first, int count);

    /// <summary>The visible means of the first particles, as bytes of a PNG.</summary>
    [ResponseTimeout("00:02:00")]
    Task<byte[]> Sample(long attempt, int rows, int columns);

    /// <summary>Copies the particles aside, so that training may go on while they are written.</summary>
    Task Snapshot(StepId at);

    /// <summary>Writes the copy that <see cref="Snapshot"/> made into the checkpoint's folder and drops it.</summary>
    Task<CheckpointFile> WriteSnapshot(StepId at, string checkpoint);
}

/// <summary>What a step of a pool reports.</summary>
/// <param name="HiddenActivity">Mean P(h = 1 | v) of its particles.</param>
/// <param name="SwapRate">Share of swaps between temperatures that were accepted; 0 with one temperature.</param>
/// <param name="Staleness">Updates that the parameters have made since those that the statistics were computed with.</param>
[GenerateSerializer, Immutable, Alias("cluster.ChainStep")]
public readonly record struct ChainStep(double HiddenActivity, double SwapRate, int Staleness);
