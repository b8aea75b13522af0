using System.Runtime.CompilerServices;
using Orleans.Runtime;

namespace Orleans.Serialization;

/// <summary>One copying of an object graph: what was copied already, and which references came along.</summary>
internal sealed class CopyContext
{
    private Dictionary<object, object>? _copies;

    /// <summary>The grain references among the copies; whoever receives them binds them to its own node.</summary>
    public List<GrainReference>? References { get; private set; }

    public T Copy<T>(T value)
    {
        if (value is null) return value;
        if (typeof(T).IsValueType && Copiers.IsSharedByType(typeof(T))) return value;
        return (T)CopyObject(value, typeof(T));
    }

    public object CopyArgument(object value, Type declared) => CopyObject(value, declared);

    public void Remember(object original, object copy)
        => (_copies ??= new(ReferenceEqualityComparer.Instance)).Add(original, copy);

    public void Bind(GrainReference reference) => (References ??= []).Add(reference);

    private object CopyObject(object value, Type declared)
    {
        // A grain that hands itself out hands out its reference.
        if (value is IGrainBase { GrainContext: { } context } && declared.IsInterface) return CopyObject(context.GrainReference.As(declared), declared);
        var copier = Copiers.Of(value.GetType());
        if (copier.Shares) return value;
        if (_copies is not null && _copies.TryGetValue(value, out var copy)) return copy;
        return copier.Copy(value, this);
    }
}
