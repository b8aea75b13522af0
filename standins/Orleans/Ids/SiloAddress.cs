using System.Net;

namespace Orleans.Runtime;

/// <summary>What names one silo: its endpoint and the generation that tells a restarted silo from the one before.</summary>
[Immutable, GenerateSerializer]
public sealed class SiloAddress : IEquatable<SiloAddress>, IComparable<SiloAddress>
{
    private static int _lastGeneration;

    private SiloAddress(IPEndPoint endpoint, int generation)
    {
        Endpoint = endpoint;
        Generation = generation;
    }

    /// <summary>Where the silo would listen.</summary>
    [Id(0)]
    public IPEndPoint Endpoint { get; }

    /// <summary>Which life of that endpoint this is.</summary>
    [Id(1)]
    public int Generation { get; }

    /// <summary>True for the address of a client, whose generation is negative.</summary>
    public bool IsClient => Generation < 0;

    /// <summary>The address of nothing.</summary>
    public static SiloAddress Zero { get; } = New(new IPEndPoint(0, 0), 0);

    /// <summary>Makes an address.</summary>
    public static SiloAddress New(IPEndPoint ep, int gen) => new(ep, gen);

    /// <summary>Makes an address.</summary>
    public static SiloAddress New(IPAddress address, int port, int generation) => new(new IPEndPoint(address, port), generation);

    /// <summary>A generation above every one that this process gave before.</summary>
    public static int AllocateNewGeneration() => Interlocked.Increment(ref _lastGeneration);

    /// <summary>The form <c>address:port@generation</c>, which <see cref="FromParsableString"/> reads.</summary>
    public string ToParsableString() => $"{Endpoint.Address}:{Endpoint.Port}@{Generation}";

    /// <summary>Reads what <see cref="ToParsableString"/> wrote.</summary>
    public static SiloAddress FromParsableString(string addr)
    {
        var at = addr.LastIndexOf('@');
        if (at < 0) throw new FormatException($"Invalid silo address '{addr}': 'address:port@generation' was expected.");
        return New(IPEndPoint.Parse(addr[..at]), int.Parse(addr[(at + 1)..], System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <inheritdoc />
    public bool Equals(SiloAddress? other) => other is not null && Generation == other.Generation && Endpoint.Equals(other.Endpoint);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as SiloAddress);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Endpoint, Generation);

    /// <summary>A hash that is the same in every process.</summary>
    public int GetConsistentHashCode() => unchecked((int)IdSpan.Create(ToParsableString()).GetUniformHashCode());

    /// <inheritdoc />
    public int CompareTo(SiloAddress? other)
    {
        if (other is null) return 1;
        var byGeneration = Generation.CompareTo(other.Generation);
        return byGeneration != 0 ? byGeneration : string.CompareOrdinal(Endpoint.ToString(), other.Endpoint.ToString());
    }

    /// <inheritdoc />
    public override string ToString() => $"S{Endpoint}:{Generation}";
}
