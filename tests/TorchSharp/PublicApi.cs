using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Cluster.TorchSharp.Tests;

/// <summary>
/// What a caller can compile against, one line for each member: names, types, parameter names, defaults, tuple names. Obsolete
/// members do not count: warnings are errors here. Read without running the assembly.
/// </summary>
internal sealed class PublicApi : IDisposable
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly MetadataLoadContext _context;
    private readonly Dictionary<string, Type> _types;

    internal PublicApi(string path)
    {
        var runtime = Directory.EnumerateFiles(RuntimeEnvironment.GetRuntimeDirectory(), "*.dll");
        var beside = Directory.EnumerateFiles(Path.GetDirectoryName(Path.GetFullPath(path))!, "*.dll");
        _context = new MetadataLoadContext(new PathAssemblyResolver([.. runtime, .. beside.Where(file => file != path), path]));
        _types = _context.LoadFromAssemblyPath(path).GetExportedTypes().ToDictionary(type => type.FullName!);
    }

    internal IEnumerable<string> TypeNames => _types.Keys;

    internal bool Has(string type) => _types.ContainsKey(type);

    /// <summary>The members that the type itself declares.</summary>
    internal HashSet<string> DeclaredBy(string type) => [.. Lines(_types[type])];

    /// <summary>Those and the ones of its bases.</summary>
    internal HashSet<string> ReachableFrom(string type)
    {
        HashSet<string> lines = [];
        for (var at = _types[type]; at is not null; at = at.BaseType) lines.UnionWith(Lines(at));
        return lines;
    }

    public void Dispose() => _context.Dispose();

    private static IEnumerable<string> Lines(Type type)
    {
        foreach (var constructor in type.GetConstructors(Declared)) yield return $"new({Parameters(constructor)})";
        foreach (var method in type.GetMethods(Declared))
        {
            if (IsObsolete(method)) continue;
            if (method.Name.StartsWith("get_", StringComparison.Ordinal) || method.Name.StartsWith("set_", StringComparison.Ordinal)) continue;
            yield return $"{Static(method)}{method.ReturnType}{TupleNames(method.ReturnParameter)} {method.Name}`{method.GetGenericArguments().Length}({Parameters(method)})";
        }
        foreach (var property in type.GetProperties(Declared))
        {
            if (IsObsolete(property)) continue;
            var indices = string.Join(", ", property.GetIndexParameters().Select(Parameter));
            if (property.GetMethod is { IsPublic: true } get) yield return $"{Static(get)}{property.PropertyType} {property.Name}[{indices}] get";
            if (property.SetMethod is { IsPublic: true } set) yield return $"{Static(set)}{property.PropertyType} {property.Name}[{indices}] set";
        }
        foreach (var field in type.GetFields(Declared))
            yield return field.IsLiteral
                ? $"const {field.Name} = {field.GetRawConstantValue()}"
                : $"{(field.IsStatic ? "static " : "")}{field.FieldType} {field.Name}";
        foreach (var face in type.GetInterfaces()) yield return $"is {face}";
        if (type.IsEnum) yield return $"enum of {type.GetEnumUnderlyingType()}";
    }

    private static bool IsObsolete(MemberInfo member) =>
        member.GetCustomAttributesData().Any(attribute => attribute.AttributeType.Name == "ObsoleteAttribute");

    private static string Static(MethodBase method) => method.IsStatic ? "static " : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        var variadic = Attribute(parameter, "ParamArrayAttribute") is null ? "" : "params ";
        var otherwise = parameter.HasDefaultValue
            ? " = " + (parameter.RawDefaultValue is { } value ? Convert.ToString(value, CultureInfo.InvariantCulture) : "null")
            : "";
        return $"{variadic}{parameter.ParameterType}{TupleNames(parameter)} {parameter.Name}{otherwise}";
    }

    private static string TupleNames(ParameterInfo parameter) =>
        Attribute(parameter, "TupleElementNamesAttribute") is { } names
            ? "{" + string.Join(",", ((IEnumerable<CustomAttributeTypedArgument>)names.ConstructorArguments[0].Value!).Select(name => name.Value)) + "}"
            : "";

    private static CustomAttributeData? Attribute(ParameterInfo parameter, string name) =>
        parameter.GetCustomAttributesData().FirstOrDefault(attribute => attribute.AttributeType.Name == name);
}
