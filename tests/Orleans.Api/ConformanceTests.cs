using System.Reflection;

namespace Cluster.GrainHostingApi.Tests;

/// <summary>Whatever the stand-in shows in public, the real packages show too: same names, parameters, defaults, returns and constraints.</summary>
public sealed class ConformanceTests
{
    private const BindingFlags Public = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [RealFact]
    public void Every_public_member_of_the_stand_in_exists_in_the_real_packages()
    {
        using var context = RealOrleans.Load(out var real);
        var differences = new List<string>();
        var standIn = typeof(Orleans.Grain).Assembly.GetExportedTypes();
        Assert.True(standIn.Length > 100, $"Only {standIn.Length} public types were found.");
        foreach (var type in standIn)
        {
            if (!real.TryGetValue(type.FullName!, out var twin)) differences.Add($"type {type}");
            else Compare(type, twin, differences);
        }

        Assert.True(differences.Count == 0, $"Not in the real packages:\n{string.Join("\n", differences)}");
    }

    private static void Compare(Type type, Type twin, List<string> differences)
    {
        if (Kind(type) != Kind(twin)) differences.Add($"{type}: {Kind(type)} here, {Kind(twin)} there");
        if (type.IsAbstract != twin.IsAbstract || type.IsSealed != twin.IsSealed) differences.Add($"{type}: abstract {type.IsAbstract}/{twin.IsAbstract}, sealed {type.IsSealed}/{twin.IsSealed}");
        if (Name(type.BaseType) != Name(twin.BaseType)) differences.Add($"{type}: base {Name(type.BaseType)} here, {Name(twin.BaseType)} there");
        var interfaces = twin.GetInterfaces().Select(Name).ToHashSet();
        differences.AddRange(type.GetInterfaces().Where(i => i.IsVisible && !interfaces.Contains(Name(i))).Select(i => $"{type} implements {Name(i)}"));
        if (type.IsEnum)
        {
            var values = twin.GetFields(BindingFlags.Public | BindingFlags.Static).ToDictionary(f => f.Name, f => Convert.ToInt64(f.GetRawConstantValue(), null));
            foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Static))
                if (!values.TryGetValue(field.Name, out var value) || value != Convert.ToInt64(field.GetRawConstantValue(), null)) differences.Add($"{type}.{field.Name}");
            return;
        }

        var members = Members(twin).Select(Describe).ToHashSet();
        differences.AddRange(Members(type).Select(Describe).Where(member => !members.Contains(member)).Select(member => $"{type}: {member}"));
    }

    private static IEnumerable<MemberInfo> Members(Type type) => type.GetMembers(Public).Where(IsShown);

    // Overrides add nothing to what their base shows.
    private static bool IsShown(MemberInfo member) => member switch
    {
        MethodBase { IsPrivate: true } or MethodBase { IsAssembly: true } or MethodBase { IsFamilyAndAssembly: true } => false,
        MethodInfo { IsVirtual: true } m when (m.Attributes & MethodAttributes.NewSlot) == 0 => false,
        MethodInfo { Name: "Finalize" } => false,
        MethodBase m => !(m.DeclaringType!.IsSealed && m.IsFamily),
        FieldInfo f => f.IsPublic || f.IsFamily || f.IsFamilyOrAssembly,
        _ => false,
    };

    private static string Describe(MemberInfo member) => member switch
    {
        MethodInfo m => $"{(m.IsStatic ? "static " : "")}{Name(m.ReturnType)} {m.Name}{Generics(m)}({Parameters(m)})",
        ConstructorInfo c => $"new({Parameters(c)})",
        FieldInfo f => $"{Name(f.FieldType)} {f.Name}{(f.IsLiteral ? $" = {f.GetRawConstantValue()}" : "")}",
        _ => member.Name,
    };

    private static string Generics(MethodInfo method)
        => !method.IsGenericMethodDefinition ? "" : $"<{string.Join(", ", method.GetGenericArguments().Select(argument =>
            $"{argument.Name}:{argument.GenericParameterAttributes}:{string.Join("+", argument.GetGenericParameterConstraints().Select(Name))}"))}>";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{(parameter.IsDefined(typeof(ParamArrayAttribute).FullName!) ? "params " : "")}{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {parameter.RawDefaultValue ?? "null"}" : "")}"));

    private static string Kind(Type type) => type.IsInterface ? "interface" : type.IsEnum ? "enum" : type.IsValueType ? "struct" : "class";

    private static string Name(Type? type) => type switch
    {
        null => "",
        { IsGenericParameter: true } => type.Name,
        { HasElementType: true } => Name(type.GetElementType()) + type.Name[type.GetElementType()!.Name.Length..],
        { IsGenericType: true } => $"{type.GetGenericTypeDefinition().FullName}[{string.Join(",", type.GetGenericArguments().Select(Name))}]",
        _ => type.FullName ?? type.Name,
    };
}

internal static class AttributeNames
{
    /// <summary>Types of another load context are known by their names alone.</summary>
    public static bool IsDefined(this ParameterInfo parameter, string attribute)
        => parameter.GetCustomAttributesData().Any(data => data.AttributeType.FullName == attribute);
}
