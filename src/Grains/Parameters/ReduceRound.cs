using Cluster.Contracts;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>The gradients of one update as they come in, one from each replica, in any order of arrival.</summary>
internal sealed class ReduceRound(ShardSlice slice, TensorTransfer transfer, long update, int replicas) : IDisposable
{
    private readonly TensorMessage?[] _whole = new TensorMessage?[replicas];
    private readonly Tensor?[] _assembled = new Tensor?[replicas];
    private readonly TaskCompletionSource _stepped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<double> _sumOfSquares = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _arrived;

    public long Update => update;

    /// <summary>Completes when the slice has stepped, or fails with it.</summary>
    public Task Stepped => _stepped.Task;

    /// <summary>Completes when all gradients are in.</summary>
    public Task<double> SumOfSquares => _sumOfSquares.Task;

    /// <summary>Takes a chunk that is not the last.</summary>
    public Task PutChunk(GradientPart part) => slice.Device.RunAsync(() => Place(part));

    /// <summary>Takes a replica's last or only part.</summary>
    /// <returns>True where it was the last replica's.</returns>
    public async ValueTask<bool> Put(GradientPart part)
    {
        if (part.Offset == 0)
        {
            _whole[part.Replica] = part.Gradient;
        }
        else
        {
            await slice.Device.RunAsync(() => Place(part));
        }

        return ++_arrived == replicas;
    }

    /// <summary>Sum of squares of the averaged gradient.</summary>
    public Task<double> Norm() => slice.Device.RunAsync(() => GradientNorm.SumOfSquares(slice.Average(Gradients())));

    /// <summary>Adds, averages and steps in one visit to the device.</summary>
    /// <param name="scale">Factor from clipping; 1 leaves the gradient as it is.</param>
    public Task Step(double scale) => slice.Device.RunAsync(() => slice.Step(slice.Average(Gradients()), scale));

    public void Publish(double sumOfSquares) => _sumOfSquares.TrySetResult(sumOfSquares);

    public void Succeed()
    {
        Array.Clear(_whole);
        Dispose();
        _stepped.TrySetResult();
    }

    public void Fail(Exception problem)
    {
        _stepped.TrySetException(problem);
        _sumOfSquares.TrySetException(problem);
        _ = _sumOfSquares.Task.Exception;
        _ = _stepped.Task.Exception;
    }

    public void Dispose()
    {
        foreach (Tensor? tensor in _assembled)
        {
            tensor?.Dispose();
        }

        Array.Clear(_assembled);
    }

    private Tensor[] Gradients() =>
        [.. Enumerable.Range(0, replicas).Select(replica => _assembled[replica] ?? transfer.Open(_whole[replica]!, slice.Device.Device))];

    private void Place(GradientPart part)
    {
        Tensor whole = _assembled[part.Replica] ??= empty_like(slice.Values).DetachFromDisposeScope();
        long count = Math.Min(TensorTransfer.ChunkElements, slice.Range.Count - part.Offset);
        using Tensor room = whole.narrow(0, part.Offset, count);
        transfer.Unpack(part.Gradient, room);
    }
}
