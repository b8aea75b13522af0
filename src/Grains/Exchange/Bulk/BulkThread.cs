using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Cluster.Grains;

/// <summary>
/// A thread that moves bytes. Transfers take turns on it: one that finds nothing to read and no room to write waits for its
/// <see cref="BulkWatch"/>, and the thread goes on with the next; with nothing to do for any it looks around for a moment and then
/// sleeps. A transfer is not handed to another thread for each of its pieces.
/// </summary>
internal sealed class BulkThread : TaskScheduler
{
    /// <summary>How long it looks around before it sleeps: to be woken takes longer than the other side's usual pause.</summary>
    private static readonly long SpinTicks = Stopwatch.Frequency * 40 / 1_000_000;

    private readonly ConcurrentQueue<object> _queue = new();
    private readonly Dictionary<long, BulkWatch> _watches = [];
    private readonly List<BulkWatch> _looking = [];
    private readonly List<long> _changed = [];
    private readonly Epoll? _epoll;
    private readonly AutoResetEvent? _signal;
    private readonly Thread _thread;
    private int _asleep;
    private long _ids;

    public BulkThread(string name)
    {
        _epoll = Epoll.Exists ? new Epoll() : null;
        _signal = _epoll is null ? new AutoResetEvent(false) : null;
        _thread = new Thread(Start) { Name = name, IsBackground = true };
        using (ExecutionContext.SuppressFlow())
        {
            _thread.Start();
        }
    }

    /// <summary>Whether the caller is on this thread.</summary>
    public bool IsHere => Thread.CurrentThread == _thread;

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Goes on here.</summary>
    public Entry Enter() => new(this);

    /// <summary>Runs something here soon; it must not throw.</summary>
    public void Post(Action action)
    {
        _queue.Enqueue(action);
        Wake();
    }

    /// <summary>Reports a socket's changes to its watch from now on; on this thread.</summary>
    public long Add(BulkWatch watch)
    {
        _epoll!.Watch(watch.Socket, ++_ids);
        _watches.Add(_ids, watch);
        return _ids;
    }

    /// <summary>Ends that; on this thread.</summary>
    public void Remove(long id) => _watches.Remove(id);

    /// <summary>Looks at a watch again and again, until it is taken away; on this thread.</summary>
    public void Look(BulkWatch watch) => _looking.Add(watch);

    /// <inheritdoc cref="Look"/>
    public void Unlook(BulkWatch watch) => _looking.Remove(watch);

    protected override void QueueTask(Task task)
    {
        _queue.Enqueue(task);
        Wake();
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => IsHere && !taskWasPreviouslyQueued && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => _queue.OfType<Task>();

    /// <summary>The whole loop is a task of this scheduler: what is called from it continues here after its awaits.</summary>
    private void Start()
    {
        TimeSlice.Ask(TimeSlice.Longest); // bytes come without a pause; a message that wakes for a moment goes first
        Task loop = new(Loop);
        loop.RunSynchronously(this);
        loop.GetAwaiter().GetResult(); // a fault here would leave every transfer waiting: it ends the process
    }

    private void Loop()
    {
        for (long since = Stopwatch.GetTimestamp(); ;)
        {
            if (RunQueued() | HearChanges() | LookAround())
            {
                since = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetTimestamp() - since < SpinTicks)
            {
                Thread.SpinWait(10);
            }
            else
            {
                Sleep();
                since = Stopwatch.GetTimestamp();
            }
        }
    }

    private bool RunQueued()
    {
        // Only as many as there were: those that queue each other must not keep the sockets waiting.
        int waiting = _queue.Count;
        for (int i = 0; i < waiting && _queue.TryDequeue(out object? work); i++)
        {
            if (work is Task task)
            {
                TryExecuteTask(task);
            }
            else
            {
                ((Action)work)();
            }
        }

        return waiting > 0;
    }

    private bool HearChanges()
    {
        if (_epoll is null)
        {
            return false;
        }

        _epoll.Take(_changed);
        foreach (long id in _changed)
        {
            if (_watches.TryGetValue(id, out BulkWatch? watch))
            {
                watch.Changed();
            }
        }

        return _changed.Count > 0;
    }

    private bool LookAround()
    {
        bool seen = false;
        for (int i = _looking.Count - 1; i >= 0; i--)
        {
            // One that went on may have taken others away.
            if (i < _looking.Count && _looking[i].Sees)
            {
                _looking[i].GoOn();
                seen = true;
            }
        }

        return seen;
    }

    private void Sleep()
    {
        Interlocked.Exchange(ref _asleep, 1);
        foreach (BulkWatch watch in _looking)
        {
            watch.Sign!.Sleep();
        }

        // Whoever came before the flags were up is seen here; whoever comes after sees them and wakes.
        if (_queue.IsEmpty && !_looking.Exists(watch => watch.Sees))
        {
            if (_epoll is null)
            {
                _signal!.WaitOne();
            }
            else
            {
                _epoll.Sleep();
            }
        }

        Volatile.Write(ref _asleep, 0);
        foreach (BulkWatch watch in _looking)
        {
            watch.Sign!.Wake();
        }
    }

    private void Wake()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _asleep) != 0 && Interlocked.Exchange(ref _asleep, 0) != 0)
        {
            if (_epoll is not null)
            {
                _epoll.Wake();
            }
            else
            {
                _signal!.Set();
            }
        }
    }

    /// <summary>See <see cref="Enter"/>.</summary>
    internal readonly struct Entry(BulkThread thread) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => thread.IsHere;

        public Entry GetAwaiter() => this;

        public void OnCompleted(Action continuation) => thread.Post(continuation);

        public void UnsafeOnCompleted(Action continuation) => thread.Post(continuation);

        public void GetResult()
        {
        }
    }
}
