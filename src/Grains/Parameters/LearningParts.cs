using Cluster.Models;

namespace Cluster.Grains;

/// <summary>
/// The work that makes an update's gradient, in parts that follow each other on the device's thread: the first is all of it but for
/// the backward passes that <paramref name="Passes"/> has still to walk.
/// </summary>
/// <typeparam name="T">What the update tells.</typeparam>
/// <param name="First">The first part. What it gives is the update's once all parts have ended.</param>
/// <param name="Passes">The backward pass; null where there is one part only.</param>
internal sealed record LearningParts<T>(Func<T> First, PassParts? Passes)
{
    /// <summary>Where the parts begin in the flat gradient; each makes final what lies between it and the one before.</summary>
    public IReadOnlyList<long> From => Passes?.From ?? [0L];
}
