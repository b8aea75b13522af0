using System.Collections.Concurrent;
using System.Reflection;

namespace Orleans.Runtime;

/// <content>Finding grain classes in the assemblies of the process.</content>
internal sealed partial class GrainClass
{
    private static readonly Lock Gate = new();
    private static readonly HashSet<Assembly> Scanned = [];
    private static readonly HashSet<Type> ScannedInterfaces = [];
    private static readonly ConcurrentDictionary<GrainType, GrainClass> ByType = new();
    private static readonly ConcurrentDictionary<(Type, string?), GrainClass> ByInterface = new();

    public static GrainClass Of(GrainType type)
    {
        if (ByType.TryGetValue(type, out var found)) return found;
        Scan();
        return ByType.TryGetValue(type, out found) ? found : throw new ArgumentException($"Could not find an implementation for grain type {type}.");
    }

    /// <summary>The class that implements an interface: the only one, or the one named like it, or the one that the prefix names.</summary>
    public static GrainClass Resolve(Type interfaceType, string? prefix)
    {
        if (ByInterface.TryGetValue((interfaceType, prefix), out var known)) return known;
        Scan();
        var candidates = ByType.Values.Where(grain => interfaceType.IsAssignableFrom(grain.Class)).ToList();
        var name = ProxyType.Of(interfaceType).InterfaceType;
        if (prefix is not null)
        {
            candidates = candidates.FindAll(grain => grain.Class.FullName!.StartsWith(prefix, StringComparison.Ordinal));
            if (candidates.Count == 0) throw new ArgumentException($"Could not find an implementation matching prefix \"{prefix}\" for interface {name}");
        }

        if (candidates.Count == 0) throw new ArgumentException($"Could not find an implementation for interface {name}");
        if (candidates.Count > 1)
        {
            var namesake = interfaceType.Name.TrimStart('I');
            var like = candidates.FindAll(grain => grain.Class.Name == namesake);
            if (like.Count != 1)
                throw new ArgumentException($"Unable to identify a single appropriate grain type for interface {name}. Candidates: {string.Join(", ", candidates.Select(grain => $"{grain.Type} ({grain.Class})"))}");
            candidates = like;
        }

        return ByInterface.GetOrAdd((interfaceType, prefix), candidates[0]);
    }

    /// <summary>Looks through what the entry assembly references and what else is loaded; only assemblies that use grains can hold some.</summary>
    public static void Scan()
    {
        lock (Gate)
        {
            var own = typeof(GrainClass).Assembly;
            if (Scanned.Count == 0) Add(typeof(ManagementGrain));
            var queue = new Queue<Assembly>(AppDomain.CurrentDomain.GetAssemblies().Where(assembly => !assembly.IsDynamic));
            while (queue.TryDequeue(out var assembly))
            {
                if (!Scanned.Add(assembly) || assembly == own) continue;
                var references = assembly.GetReferencedAssemblies();
                if (!Array.Exists(references, reference => reference.Name == own.GetName().Name) && assembly != Assembly.GetEntryAssembly()) continue;
                foreach (var reference in references)
                    if (!IsFramework(reference.Name!) && TryLoad(reference) is { } loaded) queue.Enqueue(loaded);
                foreach (var type in TypesOf(assembly)) Add(type);
            }
        }
    }

    /// <summary>The grain and observer interfaces of the process.</summary>
    public static Type[] AllInterfaces()
    {
        lock (Gate) return [.. ScannedInterfaces];
    }

    private static void Add(Type type)
    {
        if (type.IsInterface && typeof(IAddressable).IsAssignableFrom(type)) ScannedInterfaces.Add(type);
        if (!type.IsClass || type.IsAbstract || type.ContainsGenericParameters || !typeof(IGrainBase).IsAssignableFrom(type) || !typeof(IAddressable).IsAssignableFrom(type)) return;
        var grain = new GrainClass(type);
        if (!ByType.TryAdd(grain.Type, grain))
            throw new ArgumentException($"An entry with key {grain.Type} is already present: {ByType[grain.Type].Class} and {type} have the same grain type. Name one of them with [GrainType].");
    }

    private static bool IsFramework(string name)
        => name.StartsWith("System", StringComparison.Ordinal) || name.StartsWith("Microsoft.", StringComparison.Ordinal) || name is "netstandard" or "mscorlib";

    private static Assembly? TryLoad(AssemblyName name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (Exception error) when (error is IOException or BadImageFormatException)
        {
            return null;
        }
    }

    private static IEnumerable<Type> TypesOf(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException error)
        {
            return error.Types.OfType<Type>();
        }
    }
}
