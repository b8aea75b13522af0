namespace Orleans.Runtime;

/// <summary>Runs the tasks of one activation, one at a time, on the thread pool.</summary>
internal sealed class ActivationScheduler(Activation activation) : TaskScheduler, IThreadPoolWorkItem
{
    // Long enough to spare hand-overs, short enough that one busy grain does not starve the others.
    private const int TasksPerSlice = 64;

    private readonly Queue<Task> _tasks = new();
    private bool _scheduled;
    private bool _stopped;

    /// <summary>Forgets what is queued and refuses what comes: a killed silo runs nothing more.</summary>
    public void Stop()
    {
        lock (_tasks)
        {
            _stopped = true;
            _tasks.Clear();
        }
    }

    protected override void QueueTask(Task task)
    {
        lock (_tasks)
        {
            if (_stopped) return;
            _tasks.Enqueue(task);
            if (_scheduled) return;
            _scheduled = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued)
        => !taskWasPreviouslyQueued && !_stopped && ReferenceEquals(RuntimeContext.Current, activation) && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_tasks) return _tasks.ToArray();
    }

    void IThreadPoolWorkItem.Execute()
    {
        var before = RuntimeContext.Set(activation);
        try
        {
            for (var i = 0; i < TasksPerSlice; i++)
            {
                Task? task;
                lock (_tasks)
                {
                    if (!_tasks.TryDequeue(out task))
                    {
                        _scheduled = false;
                        return;
                    }
                }

                TryExecuteTask(task);
            }
        }
        finally
        {
            RuntimeContext.Set(before);
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
