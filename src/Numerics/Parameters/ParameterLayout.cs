using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Cluster.Numerics;

/// <summary>The parameters of one network, one behind the other in one flat buffer, in the order given.</summary>
public sealed class ParameterLayout
{
    /// <summary>Shards begin at multiples of this many elements (64 bytes of float32), so that vector loads do not straddle them.</summary>
    public const int ShardAlignment = 16;

    private readonly Dictionary<string, ParameterSlot> byName = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">No parameter at all, a name that is empty or taken, or a dimension below 1.</exception>
    public ParameterLayout(IEnumerable<ParameterSpec> parameters)
    {
        var slots = ImmutableArray.CreateBuilder<ParameterSlot>();
        foreach (var spec in parameters)
        {
            if (string.IsNullOrEmpty(spec.Name)) throw new ArgumentException($"Parameter {slots.Count} has no name.", nameof(parameters));
            var shape = spec.Shape.IsDefault ? [] : spec.Shape;
            if (shape.Any(dimension => dimension < 1) || !ShapeSize.TryCount(shape.AsSpan(), out var count) || count > long.MaxValue - Count)
                throw new ArgumentException($"Parameter '{spec.Name}' cannot have shape [{string.Join(", ", shape)}]: every dimension must be at least 1.", nameof(parameters));
            var slot = new ParameterSlot(spec with { Shape = shape }, Count, count);
            if (!byName.TryAdd(spec.Name, slot)) throw new ArgumentException($"Two parameters are named '{spec.Name}'; names must differ.", nameof(parameters));
            slots.Add(slot);
            Count += count;
        }

        if (slots.Count == 0) throw new ArgumentException("A layout needs at least one parameter.", nameof(parameters));
        Slots = slots.ToImmutable();
        Fingerprint = FingerprintOf(Slots);
    }

    /// <summary>Elements of all parameters together.</summary>
    public long Count { get; }

    /// <summary>The parameters in order.</summary>
    public IReadOnlyList<ParameterSlot> Slots { get; }

    /// <summary>SHA-256 over names and shapes, in lower-case hexadecimal: equal for layouts whose buffers can be exchanged.</summary>
    public string Fingerprint { get; }

    /// <summary>The parameter of that name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public ParameterSlot this[string name] => byName.TryGetValue(name, out var slot)
        ? slot
        : throw new KeyNotFoundException($"No parameter is named '{name}'; there are {string.Join(", ", byName.Keys)}.");

    /// <summary>
    /// Divides the buffer into contiguous, nearly equal, never empty ranges. Boundaries are multiples of <see cref="ShardAlignment"/>
    /// unless there are more shards than such units.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 1 shard, or more shards than elements.</exception>
    public IReadOnlyList<ShardRange> Shards(int shards)
    {
        if (shards < 1 || shards > Count)
            throw new ArgumentOutOfRangeException(nameof(shards), shards, $"{Count} parameters can be divided into 1 to {Count} shards.");
        var units = (Count + ShardAlignment - 1) / ShardAlignment;
        var unit = shards <= units ? ShardAlignment : 1;
        if (unit == 1) units = Count;
        long BoundaryOf(int shard) => Math.Min((long)((Int128)units * shard / shards) * unit, Count);
        return [.. Enumerable.Range(0, shards).Select(shard => new ShardRange(shard, BoundaryOf(shard), BoundaryOf(shard + 1) - BoundaryOf(shard)))];
    }

    private static string FingerprintOf(IEnumerable<ParameterSlot> slots)
    {
        var text = new StringBuilder();
        foreach (var slot in slots)
            // The name's length first: no name can imitate the separators.
            text.Append(slot.Spec.Name.Length).Append(':').Append(slot.Spec.Name).Append('[').AppendJoin(',', slot.Spec.Shape).Append("]\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
