using System.Reflection;
using System.Text;
using Orleans.Runtime;

namespace Orleans.Serialization;

/// <summary>Refuses, when a silo starts in the Development environment, grain interfaces whose signatures name types that cannot cross calls.</summary>
internal static class InterfaceValidator
{
    public static void Validate(IEnumerable<Type> interfaces)
    {
        var complaints = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var method in interfaces.SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Public)))
        {
            foreach (var type in method.GetParameters().Select(parameter => parameter.ParameterType).Append(GrainMethod.ResultOf(method.ReturnType)))
            {
                if (type is null || type.ContainsGenericParameters || type == typeof(CancellationToken) || IsFit(type)) continue;
                var name = type.ToString();
                if (!complaints.TryGetValue(name, out var methods)) complaints[name] = methods = [];
                methods.Add($"{TypeNames.Format(method.DeclaringType!)} methods: {method}");
            }
        }

        if (complaints.Count == 0) return;
        var text = new StringBuilder("Found unserializable or uncopyable types which are being referenced in grain interface signatures:\n");
        foreach (var (type, methods) in complaints)
            text.Append($"Type: {type} has no serializer or copier and was referenced by the following:\n\t* {string.Join("\n\t* ", methods.Distinct())}\n");
        text.Append("Ensure that all types which are used in grain interfaces have serializers available for them.\n");
        text.Append("Applying the [GenerateSerializer] attribute to your type and adding [Id(x)] attributes to serializable properties and fields is the simplest way to accomplish this.");
        throw new OrleansConfigurationException(text.ToString());
    }

    private static bool IsFit(Type type)
    {
        try
        {
            Copiers.Require(type);
            return true;
        }
        catch (CodecNotFoundException)
        {
            return false;
        }
    }
}
