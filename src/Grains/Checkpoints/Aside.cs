namespace Cluster.Grains;

/// <summary>
/// What a checkpoint takes beside the training, on a thread of its own: the actors' turns need the pool's threads, of which there may be no
/// more than two. One piece of work at a time, so that training keeps the other cores.
/// </summary>
internal sealed class Aside
{
    private readonly Lock _gate = new();

    private Aside()
    {
    }

    /// <summary>Copies of memory, for which a step may be waiting.</summary>
    public static Aside Copies { get; } = new();

    /// <summary>Files with their sums.</summary>
    public static Aside Files { get; } = new();

    /// <summary>Runs work, when what was asked for before has ended.</summary>
    public Task Run(Action work) => Run(() =>
    {
        work();
        return true;
    });

    /// <inheritdoc cref="Run(Action)"/>
    public Task<T> Run<T>(Func<T> work) => Task.Factory.StartNew(
        () =>
        {
            lock (_gate)
            {
                return work();
            }
        },
        CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
}
