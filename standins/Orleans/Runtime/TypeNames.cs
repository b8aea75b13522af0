namespace Orleans.Runtime;

/// <summary>Names of types as the cluster writes them: full names without assemblies.</summary>
internal static class TypeNames
{
    public static string Format(Type type)
    {
        if (!type.IsGenericType) return type.FullName ?? type.Name;
        var open = type.GetGenericTypeDefinition().FullName!;
        return $"{open}[{string.Join(",", type.GetGenericArguments().Select(argument => $"[{Format(argument)}]"))}]";
    }
}
