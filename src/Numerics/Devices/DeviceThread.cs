using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using TorchSharp;

namespace Cluster.Numerics;

/// <summary>
/// The one thread on which everything that happens to one device's tensors happens, in the order asked for, but for what is asked for
/// by <see cref="RunNextAsync(string, Action, CancellationToken)"/>. The OpenMP thread count, the grad mode and dispose scopes belong to a thread, so they are set here, once.
/// <para>Every item runs within a dispose scope of its own: what it makes and does not keep is freed when it ends. A result of type
/// Tensor, Tensor[] or List&lt;Tensor&gt; is detached from it and belongs to the caller; to keep any other tensor, call
/// <c>DetachFromDisposeScope</c> on it. Work is plain synchronous code: a scope does not survive an await.</para>
/// </summary>
public sealed class DeviceThread : IAsyncDisposable, IDisposable
{
    /// <summary>How long the idle thread looks for work before it sleeps: waking it costs more than an item's usual pause.</summary>
    private static readonly long SpinTicks = Stopwatch.Frequency * 50 / 1_000_000;

    private static readonly ActivitySource Tracing = new("Cluster.Training");

    private readonly ConcurrentQueue<DeviceWork> queue = new();
    private readonly ConcurrentQueue<DeviceWork> next = new();
    private readonly Lock closing = new();
    private readonly object wake = new();
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread thread;
    private readonly int intraOpThreads;
    private readonly CpuSet? cpus;
    private volatile bool closed;
    private volatile bool sleeping;
    private volatile DeviceWork? running;
    private long busyTicks;
    private long runningSince;
    private long completed;

    /// <summary>Starts the thread.</summary>
    /// <param name="name">Name for logs and debuggers, as "cpu:0".</param>
    /// <param name="device">The device whose work runs here.</param>
    /// <param name="intraOpThreads">Threads that one operation may use, at least 1. Part of the result: sums depend on it.</param>
    /// <param name="cpus">
    /// CPUs that the thread and those of its operations keep to, where there are as many of them as threads; null for all. Changes no result.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 1 thread.</exception>
    public DeviceThread(string name, torch.Device device, int intraOpThreads, CpuSet? cpus = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(intraOpThreads, 1);
        (Name, Device, this.intraOpThreads, this.cpus) = (name, device, intraOpThreads, cpus);

        HostMemory.Keep();

        // A missing device or native library must fail here, at the caller, and not end the process from the new thread.
        torch.zeros(1, torch.ScalarType.Float32, device).Dispose();
        thread = new Thread(Loop) { Name = name, IsBackground = true };
        thread.Start();
    }

    /// <summary>Name for logs and debuggers.</summary>
    public string Name { get; }

    /// <summary>The device whose work runs here.</summary>
    public torch.Device Device { get; }

    /// <summary>Time spent in work so far, the running item included.</summary>
    public TimeSpan Busy
    {
        get
        {
            var since = Volatile.Read(ref runningSince);
            return Stopwatch.GetElapsedTime(0, Volatile.Read(ref busyTicks) + (since == 0 ? 0 : Stopwatch.GetTimestamp() - since));
        }
    }

    /// <summary>Items run to their end, well or badly; cancelled ones do not count.</summary>
    public long Completed => Volatile.Read(ref completed);

    /// <summary>Items that wait.</summary>
    public int Queued => queue.Count + next.Count;

    /// <summary>Label of the running item, "unnamed" where it has none; null while idle. For watchdogs.</summary>
    public string? Current => running is { } work ? work.Label ?? "unnamed" : null;

    /// <summary>How long the running item has run; zero while idle. For watchdogs.</summary>
    public TimeSpan CurrentFor => Volatile.Read(ref runningSince) is > 0 and var since ? Stopwatch.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>Queues work; the task ends with it. A token that is cancelled before the work begins ends the task at once.</summary>
    /// <exception cref="ObjectDisposedException">The thread has been disposed.</exception>
    public Task RunAsync(Action work, CancellationToken cancellation = default) => RunAsync(null, work, cancellation);

    /// <inheritdoc cref="RunAsync(Action, CancellationToken)"/>
    public Task RunAsync(string? label, Action work, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return RunAsync(label, () =>
        {
            work();
            return true;
        }, cancellation);
    }

    /// <summary>
    /// Queues work; the task gives its result, which must not hold tensors of the item's scope but as the type's remarks say. A token
    /// that is cancelled before the work begins ends the task at once.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The thread has been disposed.</exception>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellation = default) => RunAsync(null, work, cancellation);

    /// <inheritdoc cref="RunAsync{T}(Func{T}, CancellationToken)"/>
    public Task<T> RunAsync<T>(string? label, Func<T> work, CancellationToken cancellation = default)
    {
        return Enqueue(queue, label, work, cancellation);
    }

    /// <summary>
    /// Queues work before all that waits, behind the running item and other work of this kind. It must neither need what waits in the
    /// queue, nor change what that reads.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The thread has been disposed.</exception>
    public Task<T> RunNextAsync<T>(string? label, Func<T> work, CancellationToken cancellation = default) => Enqueue(next, label, work, cancellation);

    /// <inheritdoc cref="RunNextAsync{T}(string, Func{T}, CancellationToken)"/>
    public Task RunNextAsync(string? label, Action work, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return RunNextAsync(label, () =>
        {
            work();
            return true;
        }, cancellation);
    }

    private Task<T> Enqueue<T>(ConcurrentQueue<DeviceWork> lane, string? label, Func<T> work, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (cancellation.IsCancellationRequested) return Task.FromCanceled<T>(cancellation);
        var item = new DeviceWork<T>(work, label);
        if (Tracing.HasListeners() && Activity.Current is { Recorded: true } asker) item.Asker = asker.Context;
        item.CancelWith(cancellation);
        lock (closing)
        {
            ObjectDisposedException.ThrowIf(closed, this);
            lane.Enqueue(item);
        }

        // The fence pairs with the one in WaitForWork: either we see the thread asleep, or it sees the item.
        Interlocked.MemoryBarrier();
        if (sleeping) Wake();
        return item.Task;
    }

    /// <summary>Takes no more work, cancels what waits, lets the running item finish, and ends the thread.</summary>
    public async ValueTask DisposeAsync()
    {
        Close();
        if (Thread.CurrentThread != thread) await ended.Task.ConfigureAwait(false);
    }

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose()
    {
        Close();
        if (Thread.CurrentThread != thread) thread.Join();
    }

    /// <summary>
    /// Gives the thread up because its running item does not end: takes no more work, cancels what waits, and fails the running item for
    /// whoever awaits it. If the item ends after all, the thread ends with it.
    /// </summary>
    public void Abandon()
    {
        Close();
        running?.Abandon(new ObjectDisposedException(Name, $"{Name} was given up: {Current} had run for {CurrentFor.TotalSeconds:0.#} s"));
        while (TryTake(out var work)) work.Cancel(CancellationToken.None);
    }

    private void Close()
    {
        lock (closing) closed = true;
        Wake();
    }

    private void Wake()
    {
        lock (wake) Monitor.Pulse(wake);
    }

    private void Loop()
    {
        // Before OpenMP starts this thread's team, which keeps to what its master keeps to. Too few of them would let the team's members wait for each other.
        if (cpus is not null && cpus.Count >= intraOpThreads) cpus.Keep();

        // The first look makes libtorch initialize this thread's count; left for later, that would undo ours with whatever count
        // another thread set last.
        _ = torch.get_num_threads();
        torch.set_num_threads(intraOpThreads);
        IntraOp.Use(intraOpThreads);
        using var mode = torch.set_grad_enabled(true);
        while (true)
        {
            if (closed) break;
            if (TryTake(out var work)) Run(work);
            else WaitForWork();
        }

        while (TryTake(out var work)) work.Cancel(CancellationToken.None);
        ended.SetResult();
    }

    private bool TryTake([NotNullWhen(true)] out DeviceWork? work) => next.TryDequeue(out work) || queue.TryDequeue(out work);

    private bool IsEmpty => next.IsEmpty && queue.IsEmpty;

    private void Run(DeviceWork work)
    {
        if (!work.TryClaim()) return;
        var began = Stopwatch.GetTimestamp();
        running = work;
        Volatile.Write(ref runningSince, began);
        using (var span = work.Asker is { } asker ? Tracing.StartActivity("device.run", ActivityKind.Internal, asker) : null)
        {
            span?.SetTag("cluster.device.name", Name).SetTag("cluster.device.work", work.Label);
            work.Run();
        }

        Volatile.Write(ref runningSince, 0);
        running = null;
        Volatile.Write(ref busyTicks, busyTicks + Stopwatch.GetTimestamp() - began);
        Volatile.Write(ref completed, completed + 1);
        work.Complete();
    }

    private void WaitForWork()
    {
        // Where operations use all cores, a thread that spins keeps one from those who would bring it work.
        var until = Stopwatch.GetTimestamp() + (intraOpThreads < Environment.ProcessorCount ? SpinTicks : 0);
        while (Stopwatch.GetTimestamp() < until)
        {
            if (!IsEmpty || closed) return;
            Thread.SpinWait(8);
        }

        lock (wake)
        {
            sleeping = true;
            Interlocked.MemoryBarrier();
            while (IsEmpty && !closed) Monitor.Wait(wake);
            sleeping = false;
        }
    }
}
