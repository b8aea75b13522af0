using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Reflection;

namespace Orleans.Serialization;

/// <summary>Copies the collections that Orleans knows.</summary>
internal static class CollectionCopiers
{
    private static readonly Dictionary<Type, string> Makers = new()
    {
        [typeof(List<>)] = nameof(List), [typeof(Queue<>)] = nameof(Queue), [typeof(Stack<>)] = nameof(Stack),
        [typeof(HashSet<>)] = nameof(HashSet), [typeof(SortedSet<>)] = nameof(SortedSet), [typeof(Collection<>)] = nameof(Collection),
        [typeof(ReadOnlyCollection<>)] = nameof(ReadOnlyCollection), [typeof(Dictionary<,>)] = nameof(Dictionary),
        [typeof(SortedDictionary<,>)] = nameof(SortedDictionary), [typeof(SortedList<,>)] = nameof(SortedList),
        [typeof(ImmutableArray<>)] = nameof(ImmutableArray), [typeof(ImmutableList<>)] = nameof(ImmutableList),
        [typeof(ImmutableHashSet<>)] = nameof(ImmutableHashSet), [typeof(ImmutableDictionary<,>)] = nameof(ImmutableDictionary),
        [typeof(ImmutableSortedDictionary<,>)] = nameof(ImmutableSortedDictionary), [typeof(ImmutableSortedSet<>)] = nameof(ImmutableSortedSet),
        [typeof(ArraySegment<>)] = nameof(ArraySegment), [typeof(Memory<>)] = nameof(Memory), [typeof(ReadOnlyMemory<>)] = nameof(ReadOnlyMemory),
    };

    public static bool Handles(Type type) => Makers.ContainsKey(type.GetGenericTypeDefinition());

    public static Copier For(Type type)
    {
        var open = type.GetGenericTypeDefinition();
        var parts = type.GetGenericArguments();
        if (open.Namespace == "System.Collections.Immutable" && Array.TrueForAll(parts, Copiers.IsSharedByType)) return SharingCopier.Instance;
        return Make(Makers[open], parts);
    }

    public static Copier ForArray(Type type)
    {
        var element = type.GetElementType()!;
        if (Copiers.IsSharedByType(element)) return new FunctionCopier((original, context) => Remember(original, ((Array)original).Clone(), context));
        return type.IsSZArray ? Make(nameof(Vector), [element]) : new FunctionCopier(Multidimensional);
    }

    private static Copier Make(string name, Type[] parts)
        => new FunctionCopier(typeof(CollectionCopiers).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(parts).CreateDelegate<Func<object, CopyContext, object>>());

    private static object Remember(object original, object copy, CopyContext context)
    {
        context.Remember(original, copy);
        return copy;
    }

    private static object Vector<T>(object original, CopyContext context)
    {
        var items = (T[])original;
        var copy = new T[items.Length];
        context.Remember(original, copy);
        for (var i = 0; i < items.Length; i++) copy[i] = context.Copy(items[i]);
        return copy;
    }

    private static object Multidimensional(object original, CopyContext context)
    {
        var items = (Array)original;
        var copy = (Array)items.Clone();
        context.Remember(original, copy);
        var index = new int[items.Rank];
        for (long i = 0; i < items.LongLength; i++)
        {
            copy.SetValue(context.Copy(items.GetValue(index)), index);
            for (var d = items.Rank - 1; d >= 0 && ++index[d] == items.GetLength(d); d--) index[d] = 0;
        }

        return copy;
    }

    private static IEnumerable<T> Each<T>(IEnumerable<T> items, CopyContext context) => items.Select(context.Copy);

    private static IEnumerable<KeyValuePair<K, V>> Each<K, V>(IEnumerable<KeyValuePair<K, V>> items, CopyContext context)
        => items.Select(item => KeyValuePair.Create(context.Copy(item.Key), context.Copy(item.Value)));

    private static object List<T>(object original, CopyContext context)
    {
        var items = (List<T>)original;
        if (Copiers.IsSharedByType(typeof(T))) return Remember(original, new List<T>(items), context);
        var copy = new List<T>(items.Count);
        context.Remember(original, copy);
        foreach (var item in items) copy.Add(context.Copy(item));
        return copy;
    }

    private static object Dictionary<K, V>(object original, CopyContext context) where K : notnull
    {
        var items = (Dictionary<K, V>)original;
        var copy = new Dictionary<K, V>(items.Count, items.Comparer);
        context.Remember(original, copy);
        foreach (var (key, value) in items) copy.Add(context.Copy(key), context.Copy(value));
        return copy;
    }

    private static object HashSet<T>(object original, CopyContext context)
    {
        var items = (HashSet<T>)original;
        return Remember(original, new HashSet<T>(Each(items, context), items.Comparer), context);
    }

    private static object Queue<T>(object original, CopyContext context) => Remember(original, new Queue<T>(Each((Queue<T>)original, context)), context);

    private static object Stack<T>(object original, CopyContext context) => Remember(original, new Stack<T>(Each((Stack<T>)original, context).Reverse()), context);

    private static object SortedSet<T>(object original, CopyContext context)
        => Remember(original, new SortedSet<T>(Each((SortedSet<T>)original, context), ((SortedSet<T>)original).Comparer), context);

    private static object Collection<T>(object original, CopyContext context) => Remember(original, new Collection<T>([.. Each((Collection<T>)original, context)]), context);

    private static object ReadOnlyCollection<T>(object original, CopyContext context)
        => Remember(original, new ReadOnlyCollection<T>([.. Each((ReadOnlyCollection<T>)original, context)]), context);

    private static object SortedDictionary<K, V>(object original, CopyContext context) where K : notnull
    {
        var items = (SortedDictionary<K, V>)original;
        var copy = new SortedDictionary<K, V>(items.Comparer);
        context.Remember(original, copy);
        foreach (var (key, value) in Each(items, context)) copy.Add(key, value);
        return copy;
    }

    private static object SortedList<K, V>(object original, CopyContext context) where K : notnull
    {
        var items = (SortedList<K, V>)original;
        var copy = new SortedList<K, V>(items.Count, items.Comparer);
        context.Remember(original, copy);
        foreach (var (key, value) in Each(items, context)) copy.Add(key, value);
        return copy;
    }

    private static object ImmutableArray<T>(object original, CopyContext context)
        => ((ImmutableArray<T>)original).IsDefault ? original : Each((ImmutableArray<T>)original, context).ToImmutableArray();

    private static object ImmutableList<T>(object original, CopyContext context) => Each((ImmutableList<T>)original, context).ToImmutableList();

    private static object ImmutableHashSet<T>(object original, CopyContext context)
        => Each((ImmutableHashSet<T>)original, context).ToImmutableHashSet(((ImmutableHashSet<T>)original).KeyComparer);

    private static object ImmutableSortedSet<T>(object original, CopyContext context)
        => Each((ImmutableSortedSet<T>)original, context).ToImmutableSortedSet(((ImmutableSortedSet<T>)original).KeyComparer);

    private static object ImmutableDictionary<K, V>(object original, CopyContext context) where K : notnull
        => Each((ImmutableDictionary<K, V>)original, context).ToImmutableDictionary(((ImmutableDictionary<K, V>)original).KeyComparer);

    private static object ImmutableSortedDictionary<K, V>(object original, CopyContext context) where K : notnull
        => Each((ImmutableSortedDictionary<K, V>)original, context).ToImmutableSortedDictionary(((ImmutableSortedDictionary<K, V>)original).KeyComparer);

    private static object ArraySegment<T>(object original, CopyContext context) => new ArraySegment<T>([.. Each((ArraySegment<T>)original, context)]);

    private static object Memory<T>(object original, CopyContext context) => new Memory<T>(context.Copy(((Memory<T>)original).ToArray()));

    private static object ReadOnlyMemory<T>(object original, CopyContext context) => new ReadOnlyMemory<T>(context.Copy(((ReadOnlyMemory<T>)original).ToArray()));
}
