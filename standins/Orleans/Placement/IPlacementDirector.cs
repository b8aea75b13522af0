namespace Orleans.Runtime.Placement;

/// <summary>Chooses silos for new activations.</summary>
public interface IPlacementDirector
{
    /// <summary>Under this name a caller's <see cref="RequestContext"/> may hold the address of the silo it would like.</summary>
    public const string PlacementHintKey = nameof(PlacementHintKey);

    /// <summary>Chooses the silo for a new activation.</summary>
    Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context);

    /// <summary>The silo that the caller would like, where it is one of the compatible ones; else null.</summary>
    public static SiloAddress? GetPlacementHint(Dictionary<string, object> requestContextData, SiloAddress[] compatibleSilos)
        => requestContextData is { Count: > 0 } && requestContextData.TryGetValue(PlacementHintKey, out var value)
            && value is SiloAddress hint && Array.IndexOf(compatibleSilos, hint) >= 0 ? hint : null;
}

/// <summary>What is to be placed.</summary>
public readonly struct PlacementTarget(GrainId grainIdentity, Dictionary<string, object> requestContextData, GrainInterfaceType interfaceType, ushort interfaceVersion)
{
    /// <summary>The grain.</summary>
    public GrainId GrainIdentity { get; } = grainIdentity;

    /// <summary>The interface of the call that needs it.</summary>
    public GrainInterfaceType InterfaceType { get; } = interfaceType;

    /// <summary>That interface's version.</summary>
    public ushort InterfaceVersion { get; } = interfaceVersion;

    /// <summary>What the caller's <see cref="RequestContext"/> holds.</summary>
    public Dictionary<string, object> RequestContextData { get; } = requestContextData;
}

/// <summary>What a director may look at.</summary>
public interface IPlacementContext
{
    /// <summary>The silo that places.</summary>
    SiloAddress LocalSilo { get; }

    /// <summary>That silo's status.</summary>
    SiloStatus LocalSiloStatus { get; }

    /// <summary>The silos that can hold the grain.</summary>
    SiloAddress[] GetCompatibleSilos(PlacementTarget target);

    /// <summary>The silos that can hold the grain, by interface version.</summary>
    IReadOnlyDictionary<ushort, SiloAddress[]> GetCompatibleSilosWithVersions(PlacementTarget target);
}
