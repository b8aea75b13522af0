using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics;

/// <summary>
/// The k entries of largest magnitude travel, with their places (Stich et al. 2018, Algorithm 1). Of equal ones the first do, so that the
/// choice depends on the numbers alone.
/// </summary>
public sealed class TopKCodec : GradientCodec
{
    private readonly ScalarType wire;
    private Tensor? next;

    /// <param name="count">Elements of the slice.</param>
    /// <param name="share">Of them that travel, in (0, 1]; at least one does.</param>
    /// <param name="device">Where the slice is.</param>
    /// <param name="dtype">Its dtype.</param>
    /// <param name="wire">Number format in which contributors send entries; what rounding takes away is left for the next update, too.</param>
    /// <param name="contributes">Whether it is a contributor's.</param>
    public TopKCodec(long count, double share, Device device, ScalarType dtype, ScalarType wire, bool contributes)
        : base(count, device, dtype, contributes)
    {
        if (!(share > 0 && share <= 1)) throw new ArgumentException($"A share of {share} cannot travel; it must be above 0 and at most 1.", nameof(share));
        if (count > int.MaxValue) throw new ArgumentException($"A slice of {count} entries is too large for top-k compression: use more shards.", nameof(count));
        Entries = Math.Clamp((int)Math.Ceiling(share * count), 1, (int)count);
        this.wire = wire;
    }

    /// <summary>How many entries a contributor sends, k.</summary>
    public int Entries { get; }

    /// <inheritdoc/>
    public override int Rounds => 1;

    /// <inheritdoc/>
    public override Tensor[] Encode(Tensor gradient)
    {
        using var guard = no_grad();
        var all = Residual!.Add(gradient);
        if (!all.isfinite().all().AsBoolean())
            return [TensorArithmetic.Arange(0, Entries, ScalarType.Int32, Place), TensorArithmetic.Full(Entries, double.NaN, wire, Place)];

        var places = Largest(all.abs());
        var entries = all.index_select(0, places);
        var sent = entries.to_type(wire);
        next?.Dispose();
        next = all.index_copy_(0, places, entries.sub(sent.to_type(Type))).DetachFromDisposeScope();
        return [places.to_type(ScalarType.Int32), sent];
    }

    /// <inheritdoc/>
    public override Tensor[] Mix(int round, IReadOnlyList<Tensor[]> messages)
    {
        using var guard = no_grad();
        var sum = zeros(Count, Type, Place);
        var named = zeros(Count, ScalarType.Byte, Place);
        foreach (var message in messages)
        {
            var places = message[0].to_type(ScalarType.Int64);
            sum.index_copy_(0, places, sum.index_select(0, places).Add(message[1].to_type(Type)));
            named.index_copy_(0, places, ones(places.NumberOfElements, ScalarType.Byte, Place));
        }

        if (messages.Count > 1) sum.Mul_(1.0 / messages.Count);
        var union = named.nonzero().view(-1);
        return [union.to_type(ScalarType.Int32), sum.index_select(0, union)];
    }

    /// <inheritdoc/>
    public override Tensor Decode(Tensor[] mixed)
    {
        using var guard = no_grad();
        return zeros(Count, Type, Place).index_copy_(0, mixed[0].to_type(ScalarType.Int64), mixed[1]);
    }

    /// <inheritdoc/>
    public override void Commit(bool stepped)
    {
        using var guard = no_grad();
        if (stepped && next is not null) Residual!.copy_(next);
    }

    private protected override void DisposeMore() => next?.Dispose();

    /// <summary>
    /// The places of the k largest, in ascending order. The library's own choice among equal ones is not specified: its k-th largest
    /// number is, and the rest follows from that.
    /// </summary>
    private Tensor Largest(Tensor magnitudes)
    {
        if (Entries == Count) return TensorArithmetic.Arange(0, Count, ScalarType.Int64, Place);
        var least = magnitudes.topk(Entries, 0, true, false).values.min();
        var above = magnitudes.gt(least).nonzero().view(-1);
        var equal = magnitudes.eq(least).nonzero().view(-1).narrow(0, 0, Entries - above.NumberOfElements);
        return cat([above, equal], 0).sort(0).Values;
    }
}
