namespace Cluster.Numerics;

/// <summary>Work on a range of items that depends on no other item: see <see cref="IntraOp"/>.</summary>
public interface IRangeWork
{
    /// <summary>Does some items; several threads call it at once, each with other items.</summary>
    /// <param name="first">The first item.</param>
    /// <param name="count">How many, at least 1.</param>
    void Run(int first, int count);
}
