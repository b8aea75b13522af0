using Orleans.Concurrency;

namespace Cluster.Contracts;

/// <summary>
/// One silo, for those who look at the cluster. Key: the silo's address, which names one life of it. The silo itself makes it, so
/// that it is there; once the silo is gone, another activation of the key says so by an error.
/// </summary>
[Alias("cluster.ISiloGrain")]
public interface ISiloGrain : IGrainWithStringKey
{
    /// <summary>The silo makes its grain on itself.</summary>
    Task Begin();

    /// <summary>What the silo does at this moment.</summary>
    /// <exception cref="InputException">The silo is gone.</exception>
    [AlwaysInterleave]
    [ResponseTimeout("00:00:10")]
    Task<SiloNow> Now();

    /// <summary>
    /// The newest steps of a run of which this silo keeps spans, oldest first. To ask is to wish: for a while after, the silo keeps
    /// spans, and the run traces a step now and then though its turn has not come.
    /// </summary>
    /// <exception cref="InputException">The silo is gone.</exception>
    [AlwaysInterleave]
    [ResponseTimeout("00:00:10")]
    Task<StepTrace[]> Steps(string run);
}
