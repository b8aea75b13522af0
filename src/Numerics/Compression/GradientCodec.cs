using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics;

/// <summary>
/// Makes the gradients of one slice smaller before they travel, with error feedback (Seide et al. 2014; Stich et al. 2018): what a message
/// leaves out is added to the next gradient. Contributor and shard each hold one of the same kind. In every round of an update each
/// contributor sends a message, the shard mixes them in the contributors' order, and both decode the same average from the same answer.
/// Runs on the slice's device thread; tensors that it returns belong to the present dispose scope.
/// </summary>
public abstract class GradientCodec : IDisposable
{
    private readonly List<NamedTensor> state = [];
    private readonly DeviceType deviceType;
    private readonly int deviceIndex;

    private protected GradientCodec(long count, Device device, ScalarType dtype, bool contributes)
    {
        (Count, Type, deviceType, deviceIndex) = (count, dtype, device.type, device.index);
        if (contributes) Residual = AddState("residual", zeros(count, dtype, device));
    }

    /// <summary>Elements of the slice.</summary>
    public long Count { get; }

    /// <summary>Messages that each contributor sends in one update.</summary>
    public abstract int Rounds { get; }

    /// <summary>What a contributor remembers from update to update; nothing at a shard. Owned by the codec.</summary>
    public IReadOnlyList<NamedTensor> State => state;

    /// <summary>What the messages have left out so far, shape [Count]; null at a shard.</summary>
    public Tensor? Residual { get; }

    private protected ScalarType Type { get; }

    private protected Device Place => new(deviceType, deviceIndex);

    /// <summary>A contributor's first message of an update.</summary>
    /// <param name="gradient">Shape [Count]; not changed.</param>
    public abstract Tensor[] Encode(Tensor gradient);

    /// <summary>A contributor's next message.</summary>
    /// <param name="mixed">The shard's answer to the one before.</param>
    public virtual Tensor[] Continue(Tensor[] mixed) => throw new InvalidOperationException($"{GetType().Name} has one round");

    /// <summary>The shard's answer to the messages of a round.</summary>
    /// <param name="round">From 0.</param>
    /// <param name="messages">One of each contributor, in their order.</param>
    public abstract Tensor[] Mix(int round, IReadOnlyList<Tensor[]> messages);

    /// <summary>The averaged gradient, shape [Count].</summary>
    /// <param name="mixed">The shard's answer to the last round.</param>
    public abstract Tensor Decode(Tensor[] mixed);

    /// <summary>
    /// Ends a contributor's update. One that was left out, because something in it was not finite, leaves no trace: its gradient is lost,
    /// and the residual stays what it was.
    /// </summary>
    public abstract void Commit(bool stepped);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in state) tensor.Value.Dispose();
        DisposeMore();
        GC.SuppressFinalize(this);
    }

    private protected virtual void DisposeMore()
    {
    }

    private protected Tensor AddState(string name, Tensor tensor)
    {
        state.Add(new NamedTensor(name, tensor.DetachFromDisposeScope()));
        return tensor;
    }
}
