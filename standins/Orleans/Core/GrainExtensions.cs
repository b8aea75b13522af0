using System.Globalization;
using Orleans.Runtime;

namespace Orleans;

/// <summary>Keys, ids and references of grains.</summary>
public static class GrainExtensions
{
    /// <summary>A reference to the grain or observer, by one of its interfaces.</summary>
    public static TGrainInterface AsReference<TGrainInterface>(this IAddressable grain)
        => (TGrainInterface)AsReference(grain, typeof(TGrainInterface));

    /// <summary>A reference to the grain or observer, by one of its interfaces.</summary>
    public static object AsReference(this IAddressable grain, Type interfaceType) => ReferenceOf(grain).As(interfaceType);

    /// <summary>The same grain, by another of its interfaces.</summary>
    public static TGrainInterface Cast<TGrainInterface>(this IAddressable grain) => (TGrainInterface)AsReference(grain, typeof(TGrainInterface));

    /// <summary>The same grain, by another of its interfaces.</summary>
    public static object Cast(this IAddressable grain, Type interfaceType) => AsReference(grain, interfaceType);

    /// <summary>The grain's id.</summary>
    public static GrainId GetGrainId(this IAddressable grain) => grain switch
    {
        GrainReference reference => reference.GrainId,
        IGrainBase { GrainContext: { } context } => context.GrainId,
        _ => throw new ArgumentException(NotAGrain(grain), nameof(grain)),
    };

    /// <summary>The key of a grain with a string key.</summary>
    public static string GetPrimaryKeyString(this IAddressable grain) => GetGrainId(grain).Key.ToString();

    /// <summary>The key of a grain with a number as its key.</summary>
    public static long GetPrimaryKeyLong(this IAddressable grain)
        => long.Parse(GetGrainId(grain).Key.ToString(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>The key of a grain with a Guid as its key.</summary>
    public static Guid GetPrimaryKey(this IAddressable grain) => Guid.ParseExact(GetGrainId(grain).Key.ToString(), "N");

    private static GrainReference ReferenceOf(IAddressable grain) => grain switch
    {
        GrainReference reference => reference,
        IGrainBase { GrainContext: { } context } => context.GrainReference,
        _ => throw new ArgumentException(NotAGrain(grain), nameof(grain)),
    };

    private static string NotAGrain(IAddressable grain)
        => $"Grain reference or grain expected, but {grain?.GetType().ToString() ?? "null"} was given. Observers become references through IGrainFactory.CreateObjectReference.";
}
