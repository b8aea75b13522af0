using System.Reflection;
using System.Runtime.CompilerServices;

namespace Orleans.Serialization;

/// <summary>One member of a type that crosses calls: a field, or a property with accessors of its own.</summary>
internal sealed record Member(Type Type, FieldInfo? Field, PropertyInfo? Property, bool Shared);

/// <summary>Which members of a type cross calls: those with an id, and the primary constructor's for records.</summary>
internal static class Members
{
    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>The members of the type and of the types it derives from.</summary>
    /// <exception cref="CodecNotFoundException">A base type is not marked.</exception>
    public static List<Member> Of(Type type)
    {
        var members = new List<Member>();
        for (var level = type; level is not null && level != typeof(object) && level != typeof(ValueType); level = level.BaseType)
        {
            if (level == typeof(Exception)) break;
            if (!level.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))
                throw new CodecNotFoundException($"Could not find a base type copier for type {level}.");
            members.AddRange(OfLevel(level));
        }

        return members;
    }

    public static bool CoverAllFields(Type type)
    {
        var covered = Of(type).Select(member => member.Field).ToHashSet();
        return type.GetFields(Own).All(covered.Contains);
    }

    private static IEnumerable<Member> OfLevel(Type type)
    {
        var attribute = type.GetCustomAttribute<GenerateSerializerAttribute>(inherit: false)!;
        var data = type.GetCustomAttributesData().First(a => a.AttributeType == typeof(GenerateSerializerAttribute));
        var said = data.NamedArguments.Any(argument => argument.MemberName == nameof(GenerateSerializerAttribute.IncludePrimaryConstructorParameters));
        var primary = (said ? attribute.IncludePrimaryConstructorParameters : IsRecord(type)) ? PrimaryParameters(type) : [];
        foreach (var field in type.GetFields(Own))
        {
            if (field.IsDefined(typeof(CompilerGeneratedAttribute)) && !primary.Contains(field.Name)) continue;
            if (field.IsDefined(typeof(IdAttribute)) || primary.Contains(field.Name))
                yield return new(field.FieldType, field, null, IsShared(field, field.FieldType));
        }

        foreach (var property in type.GetProperties(Own))
        {
            if (property.GetIndexParameters().Length > 0) continue;
            var all = attribute.GenerateFieldIds == GenerateFieldIds.PublicProperties && property is { CanRead: true, CanWrite: true, GetMethod.IsPublic: true, SetMethod.IsPublic: true };
            if (!all && !property.IsDefined(typeof(IdAttribute), inherit: false) && !primary.Contains(property.Name)) continue;
            var backing = type.GetField($"<{property.Name}>k__BackingField", Own);
            if (backing is null && !property.CanWrite) continue;
            yield return new(property.PropertyType, backing, backing is null ? property : null, IsShared(property, property.PropertyType));
        }
    }

    private static bool IsShared(MemberInfo member, Type type) => member.IsDefined(typeof(ImmutableAttribute), inherit: false) || Copiers.IsSharedByType(type);

    private static bool IsRecord(Type type)
        => type.GetMethod("<Clone>$", Own) is not null
            || type.IsValueType && type.GetMethod("PrintMembers", Own, [typeof(System.Text.StringBuilder)]) is { } print && print.IsDefined(typeof(CompilerGeneratedAttribute));

    // A record's primary constructor is the one whose parameters are all properties; a class's leaves captured fields <name>P.
    private static HashSet<string> PrimaryParameters(Type type)
    {
        var best = Array.Empty<string>();
        foreach (var constructor in type.GetConstructors(Own))
        {
            var names = constructor.GetParameters().Select(p => type.GetField($"<{p.Name}>P", Own) is not null ? $"<{p.Name}>P" : p.Name!).ToArray();
            var fits = constructor.GetParameters().Zip(names).All(pair => type.GetField(pair.Second, Own) is not null
                || type.GetProperty(pair.Second, Own)?.PropertyType == pair.First.ParameterType);
            if (fits && names.Length > best.Length) best = names;
        }

        return [.. best];
    }
}
