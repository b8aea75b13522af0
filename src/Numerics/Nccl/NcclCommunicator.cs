using System.Diagnostics;
using TorchSharp;

namespace Cluster.Numerics;

/// <summary>
/// One rank of a group of devices that add and copy tensors among themselves. Its work goes to the device's default stream, where libtorch's
/// work is too, so that the order of a <see cref="DeviceThread"/>'s queue is that of the device.
/// <para>Calls come from the device's thread, with its device current, one at a time. <see cref="Abort"/> and <see cref="Dispose"/> may come
/// from any thread: no call of NCCL blocks, so that whoever waits here for a rank that is gone can be called off.</para>
/// </summary>
public sealed unsafe class NcclCommunicator : IDisposable
{
    private const int Sum = 0;
    private const nint DefaultStream = 0;

    /// <summary>How long the others may take to end in good order before this rank no longer waits for them.</summary>
    private static readonly TimeSpan ClosingPatience = TimeSpan.FromSeconds(10);

    /// <summary>Looks at what goes on before a waiting thread leaves its core to others: some milliseconds.</summary>
    private const int SpinsBeforeSleep = 4096;

    private readonly NcclLibrary library;
    private readonly Lock gate = new();
    private readonly string who;
    private nint handle;
    private volatile bool over;

    /// <summary>A rank that is not connected yet.</summary>
    /// <param name="library">NCCL; the same version for all ranks.</param>
    /// <param name="ranks">How many there are, at least 1.</param>
    /// <param name="rank">Which of them this is, from 0.</param>
    public NcclCommunicator(NcclLibrary library, int ranks, int rank)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ranks, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, ranks);
        (this.library, Ranks, Rank, who) = (library, ranks, rank, $"rank {rank} of {ranks}");
    }

    /// <summary>How many ranks there are.</summary>
    public int Ranks { get; }

    /// <summary>Which of them this is.</summary>
    public int Rank { get; }

    /// <summary>Waits until all ranks have come.</summary>
    /// <param name="id">From one of the ranks' processes; the same for all.</param>
    /// <exception cref="NcclException">NCCL refuses, the ranks cannot reach each other, or <see cref="Abort"/> was called.</exception>
    public void Connect(NcclUniqueId id)
    {
        NcclResult result;
        lock (gate)
        {
            ThrowIfOver();
            var config = NcclConfig.NonBlocking;
            nint made = 0;
            result = library.CommInitRankConfig(&made, Ranks, id, Rank, &config);
            handle = made;
        }

        Settle("ncclCommInitRankConfig", result);
    }

    /// <summary>Sends several operations off as one, and waits until they are in the device's queue; all ranks must ask for the same ones.</summary>
    /// <param name="operations">Calls <see cref="Reduce"/> and <see cref="Broadcast"/>.</param>
    /// <exception cref="NcclException">One of them failed, another rank failed before, or <see cref="Abort"/> was called.</exception>
    public void Group(Action<NcclCommunicator> operations)
    {
        NcclResult result;
        lock (gate)
        {
            // No end in between: a group that stays open would swallow the thread's next one.
            ThrowIfOver();
            Check("ncclGroupStart", library.GroupStart());
            try
            {
                operations(this);
            }
            catch
            {
                // What the failure left of the group tells nothing new.
                library.GroupEnd();
                throw;
            }

            result = library.GroupEnd();
        }

        Settle("ncclGroupEnd", result);
    }

    /// <summary>Adds the ranks' tensors; the sum takes the place of the root's own.</summary>
    /// <param name="tensor">Contiguous, of the same shape and number format on all ranks. Those of other ranks keep their values.</param>
    /// <param name="root">The rank that gets the sum.</param>
    public void Reduce(torch.Tensor tensor, int root)
    {
        var (memory, count, type) = Of(tensor);
        lock (gate)
        {
            ThrowIfFreed();
            Check("ncclReduce", library.ReduceTo((void*)memory, (void*)memory, count, type, Sum, root, handle, DefaultStream));
        }
    }

    /// <summary>Copies the root's tensor over those of all others.</summary>
    /// <param name="tensor">Contiguous, of the same shape and number format on all ranks.</param>
    /// <param name="root">The rank that gives.</param>
    public void Broadcast(torch.Tensor tensor, int root)
    {
        var (memory, count, type) = Of(tensor);
        lock (gate)
        {
            ThrowIfFreed();
            Check("ncclBroadcast", library.BroadcastFrom((void*)memory, (void*)memory, count, type, root, handle, DefaultStream));
        }
    }

    /// <summary>
    /// Calls off what this rank waits for, on the device too, and frees the rank. Another call that waits ends with an error. Twice does nothing.
    /// </summary>
    public void Abort()
    {
        // A call that does not return must not keep its own end away; NCCL lets this one run beside it.
        over = true;
        var entered = gate.TryEnter(TimeSpan.FromSeconds(1));
        try
        {
            if (Interlocked.Exchange(ref handle, 0) is var mine and not 0) library.CommAbort(mine);
        }
        finally
        {
            if (entered) gate.Exit();
        }
    }

    /// <summary>Frees the rank once its device is done, in the background: that takes the other ranks, which may close later, or not at all.</summary>
    public void Dispose()
    {
        if (over) return;
        over = true;
        if (handle == 0) return;
        new Thread(Close) { IsBackground = true, Name = "nccl close " + Rank }.Start();
    }

    private void Close()
    {
        var began = Stopwatch.GetTimestamp();
        NcclResult result;
        lock (gate)
        {
            if (handle == 0) return;
            result = library.CommFinalize(handle);
        }

        while (result == NcclResult.InProgress && Stopwatch.GetElapsedTime(began) < ClosingPatience)
        {
            Thread.Sleep(1);
            lock (gate)
            {
                if (handle == 0) return;
                result = State();
            }
        }

        if (Interlocked.Exchange(ref handle, 0) is var mine && mine == 0) return;
        if (result == NcclResult.Success) library.CommDestroy(mine);
        else library.CommAbort(mine);
    }

    private static (nint Memory, nuint Count, int Type) Of(torch.Tensor tensor) =>
        (DevicePointer.Of(tensor), (nuint)tensor.NumberOfElements, NcclLibrary.TypeOf(tensor.dtype));

    /// <summary>Waits for what has been begun.</summary>
    private void Settle(string call, NcclResult result)
    {
        Check(call, result);
        for (SpinWait wait = default; ; wait.SpinOnce(wait.Count < SpinsBeforeSleep ? -1 : 1))
        {
            lock (gate)
            {
                ThrowIfOver();
                result = State();
            }

            Check(call, result);
            if (result == NcclResult.Success) return;
        }
    }

    /// <summary>What became of what was begun: the communicator's own state, or the failure to ask for it.</summary>
    private NcclResult State()
    {
        NcclResult state;
        var asked = library.CommGetAsyncError(handle, &state);
        return asked == NcclResult.Success ? state : asked;
    }

    private void Check(string call, NcclResult result)
    {
        if (result is not (NcclResult.Success or NcclResult.InProgress)) throw library.Error(call, who, result, handle);
    }

    private void ThrowIfOver()
    {
        if (over) throw CalledOff();
    }

    private void ThrowIfFreed()
    {
        if (handle == 0) throw CalledOff();
    }

    private NcclException CalledOff() => new($"NCCL of {who} was called off");
}
