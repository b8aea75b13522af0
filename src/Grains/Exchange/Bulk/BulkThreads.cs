namespace Cluster.Grains;

/// <summary>
/// The threads that move the bytes of bulk transfers. A transfer goes on for as long as there are bytes to move; on the pool's threads,
/// of which there are no more than cores, it would keep every message waiting, membership probes too. Here it shares the cores with them
/// as the operating system shares them. One thread for four cores, so that small machines have one: two of them on two cores only wait
/// for each other.
/// </summary>
internal sealed class BulkThreads
{
    private readonly BulkThread[] _threads;
    private int _turn;

    private BulkThreads(int threads)
    {
        _threads = [.. Enumerable.Range(0, threads).Select(number => new BulkThread($"bulk/{number}"))];
    }

    /// <summary>Those of this process.</summary>
    public static BulkThreads Shared { get; } = new(Math.Clamp(Environment.ProcessorCount / 4, 1, 8));

    /// <summary>The one whose turn it is.</summary>
    public BulkThread Next() => _threads[(uint)Interlocked.Increment(ref _turn) % (uint)_threads.Length];

    /// <summary>Moves bytes here; what follows an await goes on here too. Who is here already stays.</summary>
    public Task Run(Func<Task> transfer) =>
        TaskScheduler.Current is BulkThread ? transfer() : Task.Factory.StartNew(transfer, CancellationToken.None, TaskCreationOptions.DenyChildAttach, Next()).Unwrap();

    /// <inheritdoc cref="Run(Func{Task})"/>
    public Task<T> Run<T>(Func<Task<T>> transfer) =>
        TaskScheduler.Current is BulkThread ? transfer() : Task.Factory.StartNew(transfer, CancellationToken.None, TaskCreationOptions.DenyChildAttach, Next()).Unwrap();
}
