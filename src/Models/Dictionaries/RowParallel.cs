namespace Cluster.Models.Dictionaries;

/// <summary>
/// Work on the rows of a batch, spread over threads. Rows must not depend on each other: then neither the number of threads
/// nor who takes which rows changes a bit.
/// </summary>
internal static class RowParallel
{
    /// <summary>Rows that a thread takes at a time: enough to hide the cost of taking them, few enough that all end together.</summary>
    private const int Grain = 16;

    /// <summary>Calls the work for consecutive ranges of rows until all are done.</summary>
    /// <param name="rows">Rows altogether.</param>
    /// <param name="threads">Threads at most, the caller's among them.</param>
    /// <param name="work">Gets the first row and the number of rows.</param>
    public static void For(int rows, int threads, Action<int, int> work)
    {
        int pieces = (rows + Grain - 1) / Grain;
        if (threads <= 1 || pieces <= 1)
        {
            work(0, rows);
            return;
        }

        Parallel.For(0, pieces, new ParallelOptions { MaxDegreeOfParallelism = threads }, piece => work(piece * Grain, Math.Min(Grain, rows - (piece * Grain))));
    }
}
