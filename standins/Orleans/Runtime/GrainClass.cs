using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Placement;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>What is known of one grain class, found once for the whole process.</summary>
internal sealed partial class GrainClass
{
    private readonly ConstructorInfo _constructor;
    private readonly ConcurrentDictionary<MethodInfo, MethodInfo> _implementations = new();

    private GrainClass(Type type)
    {
        Class = type;
        Type = type.GetCustomAttribute<GrainTypeAttribute>()?.GetGrainType(null!, type) ?? GrainType.Create(NameOf(type));
        Interfaces = [.. type.GetInterfaces().Where(i => typeof(IAddressable).IsAssignableFrom(i) && !IsBasic(i))];
        MainInterface = Interfaces.FirstOrDefault(i => !Interfaces.Any(other => other != i && i.IsAssignableFrom(other))) ?? typeof(IGrain);
        Reentrant = type.IsDefined(typeof(ReentrantAttribute), inherit: true);
        KeepAlive = type.IsDefined(typeof(KeepAliveAttribute), inherit: true);
        Placement = type.GetCustomAttribute<PlacementAttribute>()?.PlacementStrategy;
        Workers = Placement is StatelessWorkerPlacement stateless ? stateless.MaxLocal : 0;
        MayInterleave = PredicateOf(type);
        var constructors = type.GetConstructors();
        _constructor = constructors.FirstOrDefault(c => c.IsDefined(typeof(ActivatorUtilitiesConstructorAttribute)))
            ?? constructors.MaxBy(c => c.GetParameters().Length)
            ?? throw new InvalidOperationException($"Grain class {type} has no public constructor.");
    }

    public Type Class { get; }

    public GrainType Type { get; }

    public Type[] Interfaces { get; }

    public Type MainInterface { get; }

    public bool Reentrant { get; }

    public bool KeepAlive { get; }

    public PlacementStrategy? Placement { get; }

    /// <summary>How many activations a silo may hold of a stateless worker; 0 for any other grain.</summary>
    public int Workers { get; }

    public Func<object?, Work, bool>? MayInterleave { get; }

    /// <summary>Makes an instance: services and persistent states go into its constructor.</summary>
    public object Create(Activation activation)
    {
        var arguments = Array.ConvertAll(_constructor.GetParameters(), parameter => Argument(parameter, activation));
        return _constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, arguments, null);
    }

    public MethodInfo ImplementationOf(MethodInfo method) => _implementations.GetOrAdd(method, m =>
    {
        var map = Class.GetInterfaceMap(m.DeclaringType!);
        return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, m)];
    });

    private object? Argument(ParameterInfo parameter, Activation activation)
    {
        if (parameter.GetCustomAttribute<PersistentStateAttribute>() is { } facet) return PersistentStateFactory.Create(parameter, facet, activation);
        if (parameter.ParameterType == typeof(IGrainContext)) return activation;
        var services = activation.ActivationServices;
        var service = parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed
            ? (services as IKeyedServiceProvider)?.GetKeyedService(parameter.ParameterType, keyed.Key)
            : services.GetService(parameter.ParameterType);
        if (service is not null) return service;
        if (parameter.HasDefaultValue) return parameter.DefaultValue;
        throw new InvalidOperationException($"Unable to resolve service for type '{parameter.ParameterType}' while attempting to activate '{Class}'.");
    }

    private static string NameOf(Type type)
    {
        var name = type.Name.ToLowerInvariant();
        return name.EndsWith("grain", StringComparison.Ordinal) && name.Length > 5 ? name[..^5] : name;
    }

    private static bool IsBasic(Type type) => type == typeof(IAddressable) || type.Assembly == typeof(GrainClass).Assembly && type.Namespace == "Orleans" && type.Name.StartsWith("IGrain", StringComparison.Ordinal);

    private static Func<object?, Work, bool>? PredicateOf(Type type)
    {
        if (type.GetCustomAttribute<MayInterleaveAttribute>() is not { } attribute) return null;
        var method = type.GetMethod(attribute.CallbackMethodName, BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.FlattenHierarchy);
        if (method is null || method.ReturnType != typeof(bool) || method.GetParameters() is not [{ ParameterType: var parameter }] || parameter != typeof(IInvokable))
            throw new InvalidOperationException($"Class {type} doesn't declare public static or instance method with name {attribute.CallbackMethodName} specified in {nameof(MayInterleaveAttribute)}: 'bool {attribute.CallbackMethodName}(IInvokable)' was expected.");
        return (grain, work) => work is IInvokable request && (bool)method.Invoke(method.IsStatic ? null : grain, [request])!;
    }
}
