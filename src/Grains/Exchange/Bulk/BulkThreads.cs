using System.Collections.Concurrent;

namespace Cluster.Grains;

/// <summary>
/// The threads that move the bytes of bulk transfers. A transfer goes on for as long as there are bytes to move; on the pool's threads,
/// of which there are no more than cores, it would keep every message waiting, membership probes too. Here it shares the cores with them
/// as the operating system shares them.
/// </summary>
internal sealed class BulkThreads : TaskScheduler
{
    private readonly BlockingCollection<Task> _queue = [];

    private BulkThreads(int threads)
    {
        MaximumConcurrencyLevel = threads;
        for (int thread = 0; thread < threads; thread++)
        {
            new Thread(Loop) { Name = $"bulk/{thread}", IsBackground = true }.Start();
        }
    }

    /// <summary>Those of this process.</summary>
    public static BulkThreads Shared { get; } = new(Math.Clamp(Environment.ProcessorCount, 2, 16));

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel { get; }

    /// <summary>Moves bytes here; what follows an await goes on here too. Who is here already stays.</summary>
    public Task Run(Func<Task> transfer) =>
        Current == this ? transfer() : Task.Factory.StartNew(transfer, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    /// <inheritdoc cref="Run(Func{Task})"/>
    public Task<T> Run<T>(Func<Task<T>> transfer) =>
        Current == this ? transfer() : Task.Factory.StartNew(transfer, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    protected override void QueueTask(Task task) => _queue.Add(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => Current == this && !taskWasPreviouslyQueued && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => _queue;

    private void Loop()
    {
        foreach (Task task in _queue.GetConsumingEnumerable())
        {
            TryExecuteTask(task);
        }
    }
}
