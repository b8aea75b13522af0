using Orleans.Concurrency;

namespace Cluster.Contracts;

/// <summary>One replica of a classifier on one device. Key: <c>run/classifier/index</c>.</summary>
[Alias("cluster.IClassifierGrain")]
public interface IClassifierGrain : ITrainingActor
{
    /// <summary>Builds the network, opens the data and takes the parameters from the shards.</summary>
    Task Open(OpenRequest request);

    /// <summary>
    /// One update on the replica's minibatch, with the exchange of gradients. Answers when the next messages may follow, which on one
    /// device is before the arithmetic is done; <see cref="Report"/> tells of it.
    /// </summary>
    [ResponseTimeout("00:10:00")]
    Task Step(StepId at);

    /// <summary>Waits for the arithmetic of some steps. Each step is to be asked for once.</summary>
    /// <param name="first">Attempt and first step.</param>
    /// <param name="count">How many steps.</param>
    /// <exception cref="NonFiniteException">A loss is not a finite number.</exception>
    [AlwaysInterleave]
    [ResponseTimeout("00:10:00")]
    Task<ClassifierStep[]> Report(StepId first, int count);

    /// <summary>The filters of the first convolution, as bytes of a PNG.</summary>
    [ResponseTimeout("00:02:00")]
    Task<byte[]> Sample(long attempt, int rows, int columns);
}

/// <summary>What an update reports; means over the replica's batch.</summary>
/// <param name="Loss">Cross entropy, in nats.</param>
/// <param name="Accuracy">Share of the batch that is taken for what it is.</param>
[GenerateSerializer, Immutable, Alias("cluster.ClassifierStep")]
public readonly record struct ClassifierStep(double Loss, double Accuracy);
