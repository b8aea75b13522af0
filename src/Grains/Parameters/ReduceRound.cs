using Cluster.Contracts;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>The gradients of one update as they come in, one from each replica, in any order of arrival.</summary>
internal sealed class ReduceRound(ShardSlice slice, TensorTransfer transfer, long update, int replicas) : IDisposable
{
    private readonly Incoming?[] _whole = new Incoming?[replicas];
    private readonly Tensor?[] _assembled = new Tensor?[replicas];
    private readonly TaskCompletionSource _answerable = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<double> _sumOfSquares = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _arrived;

    public long Update => update;

    /// <summary>Completes when the replicas may be answered: the step is queued, or done where a replica is elsewhere.</summary>
    public Task Answerable => _answerable.Task;

    /// <summary>Completes when all gradients are in.</summary>
    public Task<double> SumOfSquares => _sumOfSquares.Task;

    /// <summary>Whether all gradients live on the slice's own device thread, so that the order of its queue suffices.</summary>
    public bool InStream => _whole.All(incoming => incoming?.InStream(slice.Device) == true);

    /// <summary>Takes a chunk that is not the last.</summary>
    public Task PutChunk(GradientPart part)
    {
        Incoming chunk = transfer.Receive(part.Gradient);
        return slice.Device.RunAsync(() => Place(part, chunk));
    }

    /// <summary>Takes a replica's last or only part.</summary>
    /// <returns>True where it was the last replica's.</returns>
    public async ValueTask<bool> Put(GradientPart part)
    {
        if (part.Offset == 0)
        {
            Incoming whole = transfer.Receive(part.Gradient);
            await whole.ReadyFor(slice.Device);
            _whole[part.Replica] = whole;
        }
        else
        {
            await PutChunk(part);
        }

        return ++_arrived == replicas;
    }

    /// <summary>Sum of squares of the averaged gradient.</summary>
    public Task<double> Norm() => slice.Device.RunAsync(() => GradientNorm.SumOfSquares(slice.Average(Gradients())));

    /// <summary>Adds, averages and steps in one visit to the device, then lets the gradients go.</summary>
    /// <param name="scale">Factor from clipping; 1 leaves the gradient as it is.</param>
    public Task Step(double scale) => slice.Device.RunAsync(() =>
    {
        slice.Step(slice.Average(Gradients()), scale);
        Dispose();
    });

    /// <summary>Lets the gradients go without a step.</summary>
    public Task Drop() => slice.Device.RunAsync(Dispose);

    public void Publish(double sumOfSquares) => _sumOfSquares.TrySetResult(sumOfSquares);

    public void Answer() => _answerable.TrySetResult();

    public void Fail(Exception problem)
    {
        _answerable.TrySetException(problem);
        _sumOfSquares.TrySetException(problem);
        _ = _sumOfSquares.Task.Exception;
        _ = _answerable.Task.Exception;
    }

    /// <summary>Frees the gradients; on the device's thread.</summary>
    public void Dispose()
    {
        foreach (Tensor? tensor in _assembled)
        {
            tensor?.Dispose();
        }

        Array.Clear(_assembled);
        Array.Clear(_whole);
    }

    private Tensor[] Gradients() =>
        [.. Enumerable.Range(0, replicas).Select(replica => _assembled[replica] ?? _whole[replica]!.Open(slice.Device.Device))];

    private void Place(GradientPart part, Incoming chunk)
    {
        Tensor whole = _assembled[part.Replica] ??= empty_like(slice.Values).DetachFromDisposeScope();
        long count = Math.Min(TensorTransfer.ChunkElements, slice.Range.Count - part.Offset);
        chunk.CopyTo(whole.narrow(0, part.Offset, count));
    }
}
