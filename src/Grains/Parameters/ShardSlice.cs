using Cluster.Contracts;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// The tensors of one shard: values, optimizer state and the room for the sum of gradients. Everything that touches
/// them runs on the device's thread.
/// </summary>
internal sealed class ShardSlice : IDisposable
{
    private readonly LocalTensors _local;
    private readonly LocalTensors.Loan _loan;
    private readonly List<BulkOffer> _handed = [];
    private StandingOffer? _standing;
    private Tensor? _sum;
    private Task _copying = Task.CompletedTask;

    private ShardSlice(RoleBlueprint role, int shard, int shards, ShardRange range, DeviceThread device, Tensor values, LocalTensors local)
    {
        Role = role;
        Shard = shard;
        Shards = shards;
        Range = range;
        Device = device;
        Values = values;
        Wire = values.dtype;
        Optimizer = FlatOptimizer.Create(role.Optimizer, range.Count, device.Device, values.dtype);
        _local = local;
        _loan = local.Lend(() => Values, Task.CompletedTask, device);
    }

    public RoleBlueprint Role { get; }

    public int Shard { get; }

    public int Shards { get; }

    public ShardRange Range { get; }

    public DeviceThread Device { get; }

    /// <summary>Shape (range,).</summary>
    public Tensor Values { get; private set; }

    /// <summary>Number format in which gradients come from other silos; those of this one were rounded to it.</summary>
    public ScalarType Wire { get; set; }

    public FlatOptimizer Optimizer { get; }

    /// <summary>What a replica on this silo borrows; open for the slice's life.</summary>
    public TensorMessage Lent => new(null, _loan.Ticket);

    /// <summary>Says which work makes the values that are lent from now on.</summary>
    public void Renew(Task made) => _local.Renew(_loan.Ticket, made);

    /// <summary>The slice at the beginning of a run: every parameter from its own stream, so that any sharding gives the same values.</summary>
    public static ShardSlice Create(RoleBlueprint role, int shard, int shards, DeviceThread device, LocalTensors local)
    {
        ShardRange range = role.Layout.Shards(shards)[shard];
        using FlatParameters whole = new(role.Layout, device.Device, role.Type);
        whole.Initialize(role.Seed, role.BeginsAs);
        using Tensor slice = whole.Values.narrow(0, range.Offset, range.Count);
        return new ShardSlice(role, shard, shards, range, device, slice.clone().DetachFromDisposeScope(), local);
    }

    /// <summary>Says that values and optimizer state are being read on another thread: they do not change before that ends.</summary>
    public void Copying(Task copying) => _copying = copying;

    /// <summary>Goes on in other memory, which it owns from now on.</summary>
    /// <param name="memory">Shape (range,); takes the present values.</param>
    public void MoveTo(Tensor memory)
    {
        using (no_grad())
        {
            memory.copy_(Values);
        }

        Values.Dispose();
        Values = memory;
        _standing?.Dispose();
        _standing = null;
    }

    /// <summary>The values on offer to the replicas of other silos, update after update; null before <see cref="Stand"/>.</summary>
    public StandingOffer? Standing => _standing;

    /// <summary>Begins to offer the values, none of them filled in yet; they are on the CPU. On the device's thread.</summary>
    public StandingOffer Stand(TensorTransfer transfer) => _standing ??= new StandingOffer(transfer, Values);

    /// <summary>Adds the replicas' gradients in logical order and divides by their number.</summary>
    /// <param name="gradients">One tensor of shape (range,) for each replica, in order; only read.</param>
    /// <returns>The average: the single gradient itself, or the slice's own room, valid until the next call.</returns>
    public Tensor Average(IReadOnlyList<Tensor> gradients)
    {
        if (gradients.Count == 1)
        {
            return gradients[0];
        }

        Average(gradients, Sum);
        return Sum;
    }

    /// <summary>The same for a part of the slice.</summary>
    /// <param name="gradients">At least one tensor of the part's shape.</param>
    /// <param name="into">Takes the average.</param>
    public static void Average(IReadOnlyList<Tensor> gradients, Tensor into)
    {
        into.copy_(gradients[0]);
        for (int replica = 1; replica < gradients.Count; replica++)
        {
            into.Add_(gradients[replica]);
        }

        if (gradients.Count > 1)
        {
            into.Mul_(1.0 / gradients.Count);
        }
    }

    /// <summary>The slice's own room for a sum of gradients, shape (range,).</summary>
    public Tensor Sum => _sum ??= empty_like(Values).DetachFromDisposeScope();

    /// <summary>
    /// Offers the values to one replica on another silo, none of them filled in yet. The offer ends when they have been fetched, or
    /// with the slice.
    /// </summary>
    public (BulkOffer Offer, TensorMessage Message) Hand(TensorTransfer transfer)
    {
        _handed.RemoveAll(static offer => offer.Ended);
        (BulkOffer offer, TensorMessage message) = transfer.Promise(Values);
        _handed.Add(offer);
        return (offer, message);
    }

    /// <summary>One optimizer step, then the role's limit on values.</summary>
    /// <param name="average">The averaged gradient, shape (range,).</param>
    /// <param name="scale">Factor from clipping; 1 leaves the gradient as it is.</param>
    /// <param name="step">The workflow step, which decides the learning rate.</param>
    /// <param name="norms">Measures the step; null for none.</param>
    public void Step(Tensor average, double scale, long step, UpdateNorms? norms = null)
    {
        _copying.GetAwaiter().GetResult();
        Optimizer.LearningRateScale = Role.Schedule?.At(step) ?? 1;
        if (norms is not null)
        {
            norms.Step(Optimizer, Values, average, scale, values => Clamp(values, Role.ClampValues));
            return;
        }

        Optimizer.Step(Values, average, scale);
        Clamp(Values, Role.ClampValues);
    }

    /// <summary>The step of some elements, bucket by bucket; the optimizer's <c>EndStep</c> follows the last.</summary>
    /// <param name="average">The averaged gradient of those elements.</param>
    /// <param name="offset">The first of them in the slice.</param>
    /// <param name="step">The workflow step, which decides the learning rate.</param>
    /// <param name="norms">Measures the step; null for none.</param>
    public void StepPart(Tensor average, long offset, long step, UpdateNorms? norms = null)
    {
        _copying.GetAwaiter().GetResult();
        Optimizer.LearningRateScale = Role.Schedule?.At(step) ?? 1;
        if (norms is not null)
        {
            norms.StepPart(Optimizer, Values, average, offset, 1, values => Clamp(values, Role.ClampValues));
            return;
        }

        Optimizer.StepPart(Values, average, offset);
        using Tensor part = Values.narrow(0, offset, average.NumberOfElements);
        Clamp(part, Role.ClampValues);
    }

    /// <summary>Clips values to [−limit, limit]; a limit of 0 is none.</summary>
    public static void Clamp(Tensor values, double limit)
    {
        if (limit > 0)
        {
            using IDisposable guard = no_grad();
            values.Clamp_(-limit, limit);
        }
    }

    /// <summary>Frees values and state.</summary>
    public void Dispose()
    {
        _loan.Dispose();
        foreach (BulkOffer offer in _handed)
        {
            offer.Dispose();
        }

        _standing?.Dispose();
        _sum?.Dispose();
        Optimizer.Dispose();
        Values.Dispose();
    }
}
