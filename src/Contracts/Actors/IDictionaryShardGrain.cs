using Orleans.Concurrency;

namespace Cluster.Contracts;

/// <summary>A block of atoms with its rows of the sufficient statistics A and B. Key: <c>run/dictionary-shard/index</c>.</summary>
[Alias("cluster.IDictionaryShardGrain")]
public interface IDictionaryShardGrain : ITrainingActor
{
    /// <summary>Makes the first atoms, or loads the block and the others' atoms from a checkpoint.</summary>
    Task Open(OpenRequest request);

    /// <summary>
    /// Moves the block's atoms, after the shard before it has moved its own. On a step's first pass the shard takes in all coders'
    /// statistics first, in their order. Answers when the next messages may follow; <see cref="Report"/> tells of the arithmetic.
    /// </summary>
    /// <param name="at">Attempt and step.</param>
    /// <param name="pass">Which round over all atoms, from 0.</param>
    [ResponseTimeout("00:10:00")]
    Task Step(StepId at, int pass);

    /// <summary>The whole dictionary as this shard has left it, shape (K, D): the last shard's is the newest.</summary>
    [ResponseTimeout("00:10:00")]
    Task<TensorMessage> Atoms(long attempt, string askerSilo);

    /// <summary>Waits for the arithmetic of some steps. Each step is to be asked for once.</summary>
    [AlwaysInterleave]
    [ResponseTimeout("00:10:00")]
    Task<DictionaryStep[]> Report(StepId first, int count);

    /// <summary>A mosaic of the dictionary's atoms as a PNG; of the last shard, between steps.</summary>
    Task<byte[]> Sample(long attempt, int rows, int columns);

    /// <summary>Copies atoms and statistics aside.</summary>
    Task Snapshot(StepId at);

    /// <summary>Writes the copy into a checkpoint's folder.</summary>
    [ResponseTimeout("00:10:00")]
    Task<CheckpointFile> WriteSnapshot(StepId at, string checkpoint);
}

/// <summary>What a shard's step reports.</summary>
/// <param name="Used">Atoms of the block that some signal of the step used.</param>
/// <param name="Replaced">Atoms of the block that were unused for too long and are training signals now.</param>
[GenerateSerializer, Immutable, Alias("cluster.DictionaryStep")]
public readonly record struct DictionaryStep(int Used, int Replaced);
