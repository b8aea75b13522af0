namespace Orleans.Runtime;

/// <summary>The activation whose turn runs on this thread.</summary>
internal static class RuntimeContext
{
    [ThreadStatic]
    private static IGrainContext? _current;

    public static IGrainContext? Current => _current;

    public static IGrainContext? Set(IGrainContext? context)
    {
        var before = _current;
        _current = context;
        return before;
    }
}
