namespace Orleans.Runtime;

/// <summary>Values that travel with every call made from here on, down the whole chain of calls.</summary>
public static class RequestContext
{
    internal const string ReentrancyHeader = "#CCR";
    private static readonly AsyncLocal<Dictionary<string, object>?> Data = new();

    // The dictionary is never changed once it is here: writers replace it.
    internal static Dictionary<string, object>? Current
    {
        get => Data.Value;
        set { if (!ReferenceEquals(Data.Value, value)) Data.Value = value; }
    }

    /// <summary>The names in use.</summary>
    public static IEnumerable<string> Keys => Current is { } data ? data.Keys : [];

    /// <summary>The names and values in use.</summary>
    public static IEnumerable<KeyValuePair<string, object>> Entries => Current is { } data ? data : [];

    /// <summary>The call chain whose calls may re-enter the grains that are waiting in it; empty for none.</summary>
    public static Guid ReentrancyId
    {
        get => Get(ReentrancyHeader) is Guid id ? id : Guid.Empty;
        set
        {
            if (value == Guid.Empty) Remove(ReentrancyHeader);
            else Set(ReentrancyHeader, value);
        }
    }

    /// <summary>The value of that name, or null.</summary>
    public static object? Get(string key) => Current is { } data && data.TryGetValue(key, out var value) ? value : null;

    /// <summary>Sets a value for calls made from here on.</summary>
    public static void Set(string key, object value) => Current = Current is { } data ? new(data) { [key] = value } : new() { [key] = value };

    /// <summary>Removes a value; false where there was none.</summary>
    public static bool Remove(string key)
    {
        if (Current is not { } data || !data.ContainsKey(key)) return false;
        var rest = new Dictionary<string, object>(data);
        rest.Remove(key);
        Current = rest.Count == 0 ? null : rest;
        return true;
    }

    /// <summary>Removes all values.</summary>
    public static void Clear() => Current = null;

    /// <summary>Until the section is disposed of, calls made from here may come back into this grain while it waits.</summary>
    public static ReentrancySection AllowCallChainReentrancy()
    {
        var original = ReentrancyId;
        return new(original, original == Guid.Empty ? Guid.NewGuid() : original);
    }

    /// <summary>Until the section is disposed of, calls made from here may not come back into this grain while it waits.</summary>
    public static ReentrancySection SuppressCallChainReentrancy() => new(ReentrancyId, Guid.Empty);

    /// <summary>A stretch of code within which the call chain's reentrancy differs.</summary>
    public readonly struct ReentrancySection : IDisposable
    {
        private readonly Guid _original;
        private readonly Guid _current;

        /// <summary>Begins the section.</summary>
        public ReentrancySection(Guid originalReentrancyId, Guid newReentrancyId)
        {
            _original = originalReentrancyId;
            _current = newReentrancyId;
            if (_original != _current) ReentrancyId = _current;
            if (_current != Guid.Empty) (RuntimeContext.Current as Activation)?.EnterReentrantSection(_current);
        }

        /// <summary>Ends the section.</summary>
        public void Dispose()
        {
            if (_current != Guid.Empty) (RuntimeContext.Current as Activation)?.LeaveReentrantSection(_current);
            if (_original != _current) ReentrancyId = _original;
        }
    }
}
