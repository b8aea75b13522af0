using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Numerics;
using Orleans.Runtime;

namespace Orleans.Serialization;

/// <summary>Finds how a type is copied, or refuses it as Orleans would.</summary>
internal static class Copiers
{
    private static readonly FrozenSet<Type> Unchanging = new HashSet<Type>
    {
        typeof(bool), typeof(char), typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong),
        typeof(Int128), typeof(UInt128), typeof(Half), typeof(float), typeof(double), typeof(decimal), typeof(string), typeof(Guid),
        typeof(DateTime), typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly), typeof(TimeSpan), typeof(Uri), typeof(Version),
        typeof(System.Net.IPAddress), typeof(System.Net.IPEndPoint), typeof(System.Globalization.CultureInfo), typeof(Type), typeof(CancellationToken),
        typeof(Exception).Module.GetType("System.RuntimeType")!, typeof(System.Text.Rune), typeof(ValueTuple), typeof(BigInteger),
    }.ToFrozenSet();

    private static readonly ConcurrentDictionary<Type, Copier> Known = new();
    private static readonly ConcurrentDictionary<Type, bool> Shared = new();

    /// <summary>The copier of a value's own type.</summary>
    /// <exception cref="CodecNotFoundException">The type cannot cross a call.</exception>
    public static Copier Of(Type type)
    {
        if (Known.TryGetValue(type, out var copier)) return copier;
        copier = Find(type) ?? throw new CodecNotFoundException($"Could not find a copier for type {type}.");
        return Known.GetOrAdd(type, copier);
    }

    /// <summary>Every value that a variable of this type can hold may be handed on as it is.</summary>
    public static bool IsSharedByType(Type type) => Shared.GetOrAdd(type, static type =>
    {
        if (Nullable.GetUnderlyingType(type) is { } inner) return IsSharedByType(inner);
        if (Unchanging.Contains(type) || type.IsEnum) return true;
        if (type.IsDefined(typeof(ImmutableAttribute), inherit: false)) return type.IsSealed;
        if (type.IsValueType && ObjectCopier.IsOpenTuple(type)) return type.GetGenericArguments().All(IsSharedByType);
        return type.IsValueType && type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false)
            && Members.Of(type).All(member => IsSharedByType(member.Type)) && Members.CoverAllFields(type);
    });

    /// <summary>Refuses a declared type that no value could cross with; interfaces and open classes are judged by their values.</summary>
    public static void Require(Type type) => Require(type, []);

    private static void Require(Type type, HashSet<Type> seen)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (!seen.Add(type) || type.IsInterface || type.IsAbstract || type.IsEnum || type == typeof(object)) return;
        if (type.IsArray || type.IsGenericType && CollectionCopiers.Handles(type))
        {
            foreach (var part in type.IsArray ? [type.GetElementType()!] : type.GetGenericArguments()) Require(part, seen);
            return;
        }

        if (type.IsDefined(typeof(ImmutableAttribute), inherit: false)) return;
        Of(type);
        if (type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))
            foreach (var member in Members.Of(type)) Require(member.Type, seen);
    }

    private static Copier? Find(Type type)
    {
        if (Unchanging.Contains(type) || type.IsEnum || typeof(Type).IsAssignableFrom(type)) return SharingCopier.Instance;
        if (typeof(GrainReference).IsAssignableFrom(type)) return new FunctionCopier(CopyReference);
        if (typeof(Exception).IsAssignableFrom(type)) return ExceptionCopier.For(type);
        if (type.IsDefined(typeof(ImmutableAttribute), inherit: false) && type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false)) return SharingCopier.Instance;
        if (type.IsArray) return CollectionCopiers.ForArray(type);
        if (type.IsGenericType && CollectionCopiers.Handles(type)) return CollectionCopiers.For(type);
        if (ObjectCopier.IsOpenTuple(type)) return IsSharedByType(type) ? SharingCopier.Instance : new ObjectCopier(type);
        if (type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false)) return IsSharedByType(type) ? SharingCopier.Instance : new ObjectCopier(type);
        return null;
    }

    private static object CopyReference(object original, CopyContext context)
    {
        var reference = (GrainReference)original;
        var copy = reference.Proxy.CreateReference(reference.Node, reference.GrainId);
        context.Bind(copy);
        return copy;
    }
}
