using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>A shard's values and optimizer state as they were after a step, copied aside so that training may go on.</summary>
internal sealed class ShardSnapshot : IDisposable
{
    private ShardSnapshot(ShardSlice slice, long step, IReadOnlyList<NamedTensor> tensors)
    {
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

    /// <summary>Copies; runs on the slice's device thread.</summary>
    public static ShardSnapshot Of(ShardSlice slice, long step) => new(slice, step,
        [.. State(slice).Select(tensor => tensor with { Value = tensor.Value.detach().to(CPU, copy: true).DetachFromDisposeScope() })]);

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
