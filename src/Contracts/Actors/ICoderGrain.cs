using Orleans.Concurrency;

namespace Cluster.Contracts;

/// <summary>One coder of a dictionary on one device: sparse inference of its minibatch. Key: <c>run/coder/index</c>.</summary>
[Alias("cluster.ICoderGrain")]
public interface ICoderGrain : ITrainingActor
{
    /// <summary>Opens the data, and takes the encoder's parameters from their shards where there is an encoder.</summary>
    Task Open(OpenRequest request);

    /// <summary>
    /// Codes the step's minibatch with the present dictionary and sums its statistics; with an encoder, teaches it the codes. Answers
    /// when the next messages may follow; <see cref="Report"/> tells of the arithmetic. With staleness s it codes the minibatch of s steps
    /// later, as soon as all shards have asked for this step's statistics, which were made s steps ago.
    /// </summary>
    [ResponseTimeout("00:10:00")]
    Task Step(StepId at);

    /// <summary>The statistics of the step's minibatch for a block of atoms.</summary>
    /// <param name="at">Attempt and step.</param>
    /// <param name="first">The block's first atom.</param>
    /// <param name="count">Its number of atoms.</param>
    /// <param name="askerSilo">Where the shard is.</param>
    [ResponseTimeout("00:10:00")]
    Task<StatisticsMessage> Statistics(StepId at, int first, int count, string askerSilo);

    /// <summary>Copies the statistics that wait for later steps aside; where there is staleness.</summary>
    Task Snapshot(StepId at);

    /// <summary>Writes the copy into a checkpoint's folder.</summary>
    [ResponseTimeout("00:10:00")]
    Task<CheckpointFile> WriteSnapshot(StepId at, string checkpoint);

    /// <summary>Waits for the arithmetic of some steps. Each step is to be asked for once.</summary>
    /// <exception cref="NonFiniteException">An objective is not a finite number.</exception>
    [AlwaysInterleave]
    [ResponseTimeout("00:10:00")]
    Task<CoderStep[]> Report(StepId first, int count);
}

/// <summary>What a coder's minibatch adds to a block's sufficient statistics.</summary>
/// <param name="Increment">Rows [A | B] of the block's atoms, shape (S, K + D).</param>
/// <param name="Uses">How many signals used each atom of the whole dictionary, shape (K).</param>
[GenerateSerializer, Immutable, Alias("cluster.StatisticsMessage")]
public sealed record StatisticsMessage(TensorMessage Increment, TensorMessage Uses);

/// <summary>What a coder's step reports; means over its minibatch.</summary>
/// <param name="Objective">½‖x − hD‖² + α‖h‖₁ with the dictionary before the step.</param>
/// <param name="Density">Share of the codes' elements that are not 0.</param>
/// <param name="PredictionLoss">The encoder's ½‖h − p‖²; 0 where there is none.</param>
/// <param name="Staleness">How many steps ago the codes were found.</param>
[GenerateSerializer, Immutable, Alias("cluster.CoderStep")]
public readonly record struct CoderStep(double Objective, double Density, double PredictionLoss, int Staleness);
