using Orleans.Concurrency;

namespace Cluster.Contracts;

/// <summary>One replica of a generator on one device. Key: <c>run/generator/index</c>.</summary>
[Alias("cluster.IGeneratorGrain")]
public interface IGeneratorGrain : ITrainingActor
{
    /// <summary>
    /// Builds the network and takes its parameters from the shards. With staleness its discriminator is open already, and gets the fakes
    /// of a run's first steps.
    /// </summary>
    Task Open(OpenRequest request);

    /// <summary>The generated half of a discriminator update's batch, shape (batch, pixels).</summary>
    /// <param name="at">Attempt and step.</param>
    /// <param name="part">Which of the step's discriminator updates, from 0.</param>
    /// <param name="askerSilo">Where the asker is.</param>
    Task<TensorMessage> Fakes(StepId at, int part, string askerSilo);

    /// <summary>
    /// One generator update: fakes, the discriminator's judgement, back-propagation, exchange. Answers when the next
    /// messages may follow, which on one device is before the arithmetic is done; <see cref="Report"/> tells of it.
    /// </summary>
    [ResponseTimeout("00:10:00")]
    Task Step(StepId at);

    /// <summary>Waits for the arithmetic of some steps' updates. Each step is to be asked for once.</summary>
    /// <param name="first">Attempt and first step.</param>
    /// <param name="count">How many steps.</param>
    /// <exception cref="NonFiniteException">A loss is not a finite number.</exception>
    [AlwaysInterleave]
    [ResponseTimeout("00:10:00")]
    Task<GeneratorStep[]> Report(StepId first, int count);

    /// <summary>Images from fresh latents, as bytes of a PNG.</summary>
    /// <param name="attempt">The attempt that the actor was opened in.</param>
    /// <param name="rows">Rows of the grid.</param>
    /// <param name="columns">Columns of the grid.</param>
    /// <param name="seed">Names the stream that the latents come from.</param>
    [ResponseTimeout("00:02:00")]
    Task<byte[]> Sample(long attempt, int rows, int columns, ulong seed);
}

/// <summary>What a generator update reports.</summary>
/// <param name="Loss">Its objective before the update, in nats.</param>
[GenerateSerializer, Immutable, Alias("cluster.GeneratorStep")]
public readonly record struct GeneratorStep(double Loss);
