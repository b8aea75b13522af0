using Cluster.Numerics;

namespace Cluster.Models.Autoencoders;

/// <summary>Names the random numbers of one replica at one update.</summary>
/// <param name="Seed">The run's seed.</param>
/// <param name="Replica">Logical index of the replica.</param>
/// <param name="Step">The update.</param>
public readonly record struct NoiseName(ulong Seed, int Replica, long Step)
{
    /// <summary>The stream (seed, "encoder", replica, step, purpose), at its beginning.</summary>
    public RandomStream Stream(string purpose) => RandomStream.Named(Seed, "encoder", Replica, Step, purpose);
}
