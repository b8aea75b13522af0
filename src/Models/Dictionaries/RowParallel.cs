using Cluster.Numerics;

namespace Cluster.Models.Dictionaries;

/// <summary>
/// Work on the rows of a batch, shared out over the device's threads (<see cref="IntraOp"/>). Rows must not depend on each other: then
/// neither the number of threads nor who takes which rows changes a bit.
/// </summary>
internal static class RowParallel
{
    /// <summary>Rows that a thread takes at a time: enough to hide the cost of taking them, few enough that all end together.</summary>
    private const int Grain = 16;

    /// <summary>Calls the work for consecutive ranges of rows until all are done. What it throws comes out of here.</summary>
    /// <param name="rows">Rows altogether.</param>
    /// <param name="work">Gets the first row and the number of rows; several threads call it at once.</param>
    public static void For(int rows, Action<int, int> work)
    {
        // One thread has memory of its own made once.
        int grain = IntraOp.Threads > 1 ? Grain : Math.Max(1, rows);
        IntraOp.For(rows, grain, new Rows(work));
    }

    private readonly struct Rows(Action<int, int> work) : IRangeWork
    {
        public void Run(int first, int count) => work(first, count);
    }
}
