using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// A shard's values and optimizer state as they were after a step, while training goes on. The state is not copied where the optimizer can
/// leave it as it is and write its next one elsewhere; the values, which others compute with where they lie, are copied on another thread
/// while the device computes the next gradients: the slice waits before it changes what is still being copied.
/// </summary>
internal sealed class ShardSnapshot : IDisposable
{
    /// <summary>Less than this many bytes are copied sooner than another thread is woken.</summary>
    private const long Small = 1 << 20;

    private ShardSnapshot(ShardSlice slice, long step, IReadOnlyList<NamedTensor> tensors, Task copied)
    {
        Copied = copied;
        Device = slice.Device;
        Role = slice.Role;
        Shard = slice.Shard;
        Shards = slice.Shards;
        Range = slice.Range;
        Step = step;
        Updates = slice.Optimizer.Steps;
        Tensors = tensors;
    }

    /// <summary>The slice's device, which computes on while the snapshot is written.</summary>
    public DeviceThread Device { get; }

    public RoleBlueprint Role { get; }

    public int Shard { get; }

    public int Shards { get; }

    public ShardRange Range { get; }

    /// <summary>Workflow steps completed.</summary>
    public long Step { get; }

    /// <summary>Optimizer steps completed.</summary>
    public long Updates { get; }

    /// <summary><c>values</c>, then the optimizer's state; on the CPU.</summary>
    public IReadOnlyList<NamedTensor> Tensors { get; }

    /// <summary>Ends when all is there.</summary>
    public Task Copied { get; }

    /// <summary>Takes what need not be copied and copies the rest, or begins to; runs on the slice's device thread, which does not wait.</summary>
    /// <param name="slice">What the snapshot is of.</param>
    /// <param name="step">Workflow steps completed.</param>
    /// <param name="spare">
    /// A snapshot of the same slice that is written, whose memory is taken over: the kernel would take as long to give new memory as a
    /// copy takes. Null for none.
    /// </param>
    public static ShardSnapshot Of(ShardSlice slice, long step, ShardSnapshot? spare = null)
    {
        Dictionary<string, Tensor> room = spare?.Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Value, StringComparer.Ordinal) ?? [];
        FlatOptimizer optimizer = slice.Optimizer;
        List<(TensorMemory? From, TensorMemory To)> work = [];
        List<NamedTensor> taken = [Copy(Values(slice), room, work)];
        taken.AddRange(optimizer.State.Select(tensor => optimizer.StepsInParts
            ? tensor with { Value = tensor.Value.detach().DetachFromDisposeScope() }
            : Copy(tensor, room, work)));

        // Without a step since the last snapshot, the room that was given then is still empty.
        if (optimizer is { StepsInParts: true, LeavesState: false })
        {
            optimizer.StepInto([.. optimizer.State.Select(tensor => Room(tensor, room, work))]);
        }

        foreach (Tensor unused in room.Values)
        {
            unused.Dispose();
        }

        Task copied = work.Count == 0 ? Task.CompletedTask : Aside.Copies.Run(() => work.ForEach(Do));
        slice.Copying(copied);
        return new ShardSnapshot(slice, step, taken, copied);
    }

    private static NamedTensor Copy(NamedTensor tensor, Dictionary<string, Tensor> room, List<(TensorMemory? From, TensorMemory To)> work)
    {
        Tensor from = tensor.Value.detach();
        if (!IsLarge(from))
        {
            return tensor with { Value = from.to(CPU, copy: true).DetachFromDisposeScope() };
        }

        Tensor copy = room.Remove(tensor.Name, out Tensor? kept) ? kept : empty_like(from).DetachFromDisposeScope();
        work.Add((new TensorMemory(from), new TensorMemory(copy)));
        return tensor with { Value = copy };
    }

    /// <summary>Memory for the optimizer's next state; what is new of it is touched on the other thread, since the kernel gives it only then.</summary>
    private static Tensor Room(NamedTensor tensor, Dictionary<string, Tensor> room, List<(TensorMemory? From, TensorMemory To)> work)
    {
        if (room.Remove(tensor.Name, out Tensor? kept))
        {
            return kept;
        }

        Tensor fresh = empty_like(tensor.Value).DetachFromDisposeScope();
        if (IsLarge(fresh))
        {
            work.Add((null, new TensorMemory(fresh)));
        }

        return fresh;
    }

    private static bool IsLarge(Tensor tensor) =>
        tensor.device_type == TorchSharp.DeviceType.CPU && tensor.is_contiguous() && tensor.NumberOfElements * tensor.ElementSize is >= Small and < int.MaxValue;

    private static void Do((TensorMemory? From, TensorMemory To) piece)
    {
        using TensorMemory? from = piece.From;
        using TensorMemory to = piece.To;
        if (from is null)
        {
            to.GetSpan().Clear();
        }
        else
        {
            from.GetSpan().CopyTo(to.GetSpan());
        }
    }

    /// <summary>What a checkpoint holds of a slice, in the order of the file.</summary>
    public static IEnumerable<NamedTensor> State(ShardSlice slice) => [Values(slice), .. slice.Optimizer.State];

    private static NamedTensor Values(ShardSlice slice) => new("values", slice.Values);

    public void Dispose()
    {
        foreach (NamedTensor tensor in Tensors)
        {
            tensor.Value.Dispose();
        }
    }
}
