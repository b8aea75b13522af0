using Orleans.Concurrency;

namespace Cluster.Contracts;

/// <summary>
/// One replica of a Boltzmann machine's data phase on one device; without persistent chains, of the model phase too. Key:
/// <c>run/boltzmann/index</c>.
/// </summary>
[Alias("cluster.IBoltzmannGrain")]
public interface IBoltzmannGrain : ITrainingActor
{
    /// <summary>Builds the machine, opens the data and takes the parameters from the shards.</summary>
    Task Open(OpenRequest request);

    /// <summary>
    /// The statistics of one minibatch, with the exchange of gradients. Answers when the next messages may follow, which on one
    /// device is before the arithmetic is done; <see cref="Report"/> tells of it.
    /// </summary>
    [ResponseTimeout("00:10:00")]
    Task Step(StepId at);

    /// <summary>Waits for the arithmetic of some steps. Each step is to be asked for once.</summary>
    /// <exception cref="NonFiniteException">The machine has diverged.</exception>
    [AlwaysInterleave]
    [ResponseTimeout("00:10:00")]
    Task<BoltzmannStep[]> Report(StepId first, int count);

    /// <summary>Images after long chains that begin at the data, as bytes of a PNG: for machines without persistent chains.</summary>
    [ResponseTimeout("00:02:00")]
    Task<byte[]> Sample(long attempt, int rows, int columns, ulong seed);
}

/// <summary>What an update reports; means over the replica's batch. Figures that cost a product are of the newest step that has a row in the metrics.</summary>
/// <param name="HiddenActivity">Mean P(h = 1 | v).</param>
/// <param name="Reconstruction">Mean squared difference of a pixel and its mean-field reconstruction.</param>
/// <param name="PseudoLikelihood">Stochastic estimate for an image, in nats; 0 for Gaussian units.</param>
[GenerateSerializer, Immutable, Alias("cluster.BoltzmannStep")]
public readonly record struct BoltzmannStep(double HiddenActivity, double Reconstruction, double PseudoLikelihood);
