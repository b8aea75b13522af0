using Orleans.Concurrency;

namespace Cluster.Contracts;

/// <summary>One replica of an encoder on one device. Key: <c>run/encoder/index</c>.</summary>
[Alias("cluster.IEncoderGrain")]
public interface IEncoderGrain : ITrainingActor
{
    /// <summary>Builds the network, opens the data and takes the parameters from the shards; after its decoder.</summary>
    Task Open(OpenRequest request);

    /// <summary>
    /// One update: sends the codes of each piece of the minibatch to the decoder, propagates its answers back, and exchanges gradients.
    /// Answers when the next messages may follow, which on one device is before the arithmetic is done; <see cref="Report"/> tells of it.
    /// </summary>
    [ResponseTimeout("00:10:00")]
    Task Step(StepId at);

    /// <summary>Waits for the arithmetic of some steps. Each step is to be asked for once.</summary>
    /// <param name="first">Attempt and first step.</param>
    /// <param name="count">How many steps.</param>
    /// <returns>For each step what the encoder alone adds to the loss: penalties.</returns>
    /// <exception cref="NonFiniteException">A penalty is not a finite number.</exception>
    [AlwaysInterleave]
    [ResponseTimeout("00:10:00")]
    Task<double[]> Report(StepId first, int count);

    /// <summary>A picture that the decoder paints from the encoder's codes, as bytes of a PNG: samples, or reconstructions.</summary>
    [ResponseTimeout("00:02:00")]
    Task<byte[]> Sample(long attempt, int rows, int columns, ulong seed);
}
