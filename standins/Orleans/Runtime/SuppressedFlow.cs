namespace Orleans.Runtime;

/// <summary>While it lasts, what is started here does not inherit the async locals of whoever runs it.</summary>
internal readonly struct SuppressedFlow : IDisposable
{
    private readonly bool _suppressed;

    private SuppressedFlow(bool suppressed) => _suppressed = suppressed;

    public static SuppressedFlow Begin()
    {
        if (ExecutionContext.IsFlowSuppressed()) return default;
        ExecutionContext.SuppressFlow();
        return new(true);
    }

    public void Dispose()
    {
        if (_suppressed) ExecutionContext.RestoreFlow();
    }
}
