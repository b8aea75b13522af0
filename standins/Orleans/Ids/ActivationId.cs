namespace Orleans.Runtime;

/// <summary>What names one activation of a grain.</summary>
[Immutable, GenerateSerializer]
public readonly struct ActivationId(Guid key) : IEquatable<ActivationId>
{
    private readonly Guid _key = key;

    /// <summary>True for the value that names nothing.</summary>
    public bool IsDefault => _key == Guid.Empty;

    /// <summary>Makes an id that nothing else has.</summary>
    public static ActivationId NewId() => new(Guid.NewGuid());

    /// <inheritdoc />
    public bool Equals(ActivationId other) => _key == other._key;

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is ActivationId other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => _key.GetHashCode();

    /// <inheritdoc />
    public override string ToString() => $"@{_key:N}";

    /// <summary>Equality of the keys.</summary>
    public static bool operator ==(ActivationId left, ActivationId right) => left.Equals(right);

    /// <summary>Inequality of the keys.</summary>
    public static bool operator !=(ActivationId left, ActivationId right) => !left.Equals(right);
}
