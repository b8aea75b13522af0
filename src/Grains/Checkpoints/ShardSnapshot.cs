using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// A shard's values and optimizer state as they were after a step, copied aside so that training may go on. Memory of the CPU is copied on
/// another thread, while the device computes the next gradients: the slice waits before it changes what is still being copied.
/// </summary>
internal sealed class ShardSnapshot : IDisposable
{
    /// <summary>Less than this many bytes are copied sooner than another thread is woken.</summary>
    private const long Small = 1 << 20;

    private ShardSnapshot(ShardSlice slice, long step, IReadOnlyList<NamedTensor> tensors, Task copied)
    {
        Copied = copied;
        Role = slice.Role;
        Shard = slice.Shard;
        Shards = slice.Shards;
        Range = slice.Range;
        Step = step;
        Updates = slice.Optimizer.Steps;
        Tensors = tensors;
    }

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

    /// <summary>Ends when all is copied.</summary>
    public Task Copied { get; }

    /// <summary>Copies, or begins to; runs on the slice's device thread, which does not wait.</summary>
    /// <param name="slice">What is copied.</param>
    /// <param name="step">Workflow steps completed.</param>
    /// <param name="spare">
    /// A snapshot of the same slice that is written, whose memory is taken over: the kernel would take as long to give new memory as the
    /// copy takes. Null for none.
    /// </param>
    public static ShardSnapshot Of(ShardSlice slice, long step, ShardSnapshot? spare = null)
    {
        Dictionary<string, Tensor> room = spare?.Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Value, StringComparer.Ordinal) ?? [];
        List<NamedTensor> copies = [];
        List<(TensorMemory From, TensorMemory To)> rest = [];
        foreach (NamedTensor tensor in State(slice))
        {
            Tensor from = tensor.Value.detach();
            long bytes = from.NumberOfElements * from.ElementSize;
            bool apart = from.device_type == TorchSharp.DeviceType.CPU && from.is_contiguous() && bytes is >= Small and < int.MaxValue;
            Tensor copy = apart && room.Remove(tensor.Name, out Tensor? taken) ? taken : (apart ? empty_like(from) : from.to(CPU, copy: true)).DetachFromDisposeScope();
            copies.Add(tensor with { Value = copy });
            if (apart)
            {
                rest.Add((new TensorMemory(from), new TensorMemory(copy)));
            }
        }

        foreach (Tensor unused in room.Values)
        {
            unused.Dispose();
        }

        Task copied = rest.Count == 0 ? Task.CompletedTask : Aside.Copies.Run(() =>
        {
            foreach ((TensorMemory from, TensorMemory to) in rest)
            {
                using (from)
                using (to)
                {
                    from.GetSpan().CopyTo(to.GetSpan());
                }
            }
        });
        slice.Copying(copied);
        return new ShardSnapshot(slice, step, copies, copied);
    }

    /// <summary>What a checkpoint holds of a slice, in the order of the file.</summary>
    public static IEnumerable<NamedTensor> State(ShardSlice slice) => [new NamedTensor("values", slice.Values), .. slice.Optimizer.State];

    public void Dispose()
    {
        foreach (NamedTensor tensor in Tensors)
        {
            tensor.Value.Dispose();
        }
    }
}
