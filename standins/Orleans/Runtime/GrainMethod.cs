using System.Linq.Expressions;
using System.Reflection;
using Orleans.Concurrency;
using Orleans.Serialization;

namespace Orleans.Runtime;

/// <summary>One method of one grain interface, made ready once: how to copy its arguments and how to invoke it.</summary>
internal sealed class GrainMethod
{
    private readonly Type[] _types;
    private readonly bool[] _shared;
    private readonly bool _allShared;
    private readonly Exception? _refusal;

    public GrainMethod(Type interfaceType, MethodInfo method)
    {
        var parameters = method.GetParameters();
        InterfaceType = method.DeclaringType!;
        InterfaceName = TypeNames.Format(InterfaceType);
        Method = method;
        Name = method.Name;
        ActivityName = $"{InterfaceType.Name}/{Name}";
        Id = $"{TypeNames.Format(interfaceType)}.{method}";
        AlwaysInterleave = method.IsDefined(typeof(AlwaysInterleaveAttribute), inherit: true);
        ReadOnly = method.IsDefined(typeof(ReadOnlyAttribute), inherit: true);
        OneWay = method.ReturnType == typeof(void) || method.IsDefined(typeof(OneWayAttribute), inherit: true);
        Timeout = method.GetCustomAttribute<ResponseTimeoutAttribute>()?.Timeout;
        TokenIndex = Array.FindIndex(parameters, p => p.ParameterType == typeof(CancellationToken));
        ArgumentIndexes = [.. Enumerable.Range(0, parameters.Length).Where(i => i != TokenIndex)];
        ResultType = ResultOf(method.ReturnType);
        _types = [.. parameters.Select(p => p.ParameterType)];
        _shared = [.. parameters.Select(p => p.ParameterType == typeof(CancellationToken)
            || p.IsDefined(typeof(ImmutableAttribute)) || Copiers.IsSharedByType(p.ParameterType))];
        _allShared = Array.TrueForAll(_shared, shared => shared);
        ResultIsShared = ResultType is null || Copiers.IsSharedByType(ResultType)
            || method.ReturnParameter.IsDefined(typeof(ImmutableAttribute));
        Invoke = CompileInvoke(method, parameters);
        _refusal = FindRefusal(parameters);
    }

    public MethodInfo Method { get; }

    public Type InterfaceType { get; }

    public string InterfaceName { get; }

    public string Name { get; }

    public string ActivityName { get; }

    public string Id { get; }

    public bool AlwaysInterleave { get; }

    public bool ReadOnly { get; }

    public bool OneWay { get; }

    public TimeSpan? Timeout { get; }

    /// <summary>Where the cancellation token stands among the parameters; −1 for none.</summary>
    public int TokenIndex { get; }

    /// <summary>Where the arguments proper stand among the parameters.</summary>
    public int[] ArgumentIndexes { get; }

    /// <summary>What the caller gets; null for nothing; the element for an asynchronous sequence.</summary>
    public Type? ResultType { get; }

    public bool ResultIsShared { get; }

    public bool IsSequence => Method.ReturnType.IsGenericType && Method.ReturnType.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>);

    /// <summary>Calls the method on a grain; a sequence comes back as itself.</summary>
    public Func<object, object?[], ValueTask<object?>> Invoke { get; }

    /// <summary>Copies arguments in place, in an array that nobody else holds.</summary>
    public List<GrainReference>? CopyArguments(object?[] arguments)
    {
        if (_refusal is not null) throw new CodecNotFoundException(_refusal.Message);
        if (_allShared) return null;
        var copies = new CopyContext();
        for (var i = 0; i < arguments.Length; i++)
            if (!_shared[i] && arguments[i] is { } value) arguments[i] = copies.CopyArgument(value, _types[i]);
        return copies.References;
    }

    private CodecNotFoundException? FindRefusal(ParameterInfo[] parameters)
    {
        try
        {
            for (var i = 0; i < parameters.Length; i++)
                if (i != TokenIndex) Copiers.Require(parameters[i].ParameterType);
            if (ResultType is not null) Copiers.Require(ResultType);
            return null;
        }
        catch (CodecNotFoundException error)
        {
            return error;
        }
    }

    public static Type? ResultOf(Type type)
        => !type.IsGenericType ? null
        : type.GetGenericTypeDefinition() is var open && (open == typeof(Task<>) || open == typeof(ValueTask<>) || open == typeof(IAsyncEnumerable<>))
            ? type.GetGenericArguments()[0] : null;

    private static Func<object, object?[], ValueTask<object?>> CompileInvoke(MethodInfo method, ParameterInfo[] parameters)
    {
        var target = Expression.Parameter(typeof(object));
        var arguments = Expression.Parameter(typeof(object?[]));
        Expression call = Expression.Call(Expression.Convert(target, method.DeclaringType!), method,
            parameters.Select((p, i) => Expression.Convert(Expression.ArrayIndex(arguments, Expression.Constant(i)), p.ParameterType)));
        var type = method.ReturnType;
        var adapt = (string name) => typeof(GrainMethod).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!;
        call = type switch
        {
            _ when type == typeof(void) => Expression.Block(call, Expression.Default(typeof(ValueTask<object?>))),
            _ when type == typeof(Task) => Expression.Call(adapt(nameof(AdaptTask)), call),
            _ when type == typeof(ValueTask) => Expression.Call(adapt(nameof(AdaptValueTask)), call),
            { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(Task<>)
                => Expression.Call(adapt(nameof(AdaptTaskOf)).MakeGenericMethod(type.GetGenericArguments()), call),
            { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(ValueTask<>)
                => Expression.Call(adapt(nameof(AdaptValueTaskOf)).MakeGenericMethod(type.GetGenericArguments()), call),
            { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>)
                => Expression.New(typeof(ValueTask<object?>).GetConstructor([typeof(object)])!, call),
            _ => throw new NotSupportedException(
                $"{method.DeclaringType}.{method.Name} returns {type}: a grain method returns void, Task, Task<T>, ValueTask, ValueTask<T> or IAsyncEnumerable<T>."),
        };
        return Expression.Lambda<Func<object, object?[], ValueTask<object?>>>(call, target, arguments).Compile();
    }

    private static ValueTask<object?> AdaptTask(Task task)
    {
        return task.IsCompletedSuccessfully ? default : Slow(task);
        static async ValueTask<object?> Slow(Task task)
        {
            await task;
            return null;
        }
    }

    private static ValueTask<object?> AdaptTaskOf<T>(Task<T> task)
    {
        return task.IsCompletedSuccessfully ? new(task.Result) : Slow(task);
        static async ValueTask<object?> Slow(Task<T> task) => await task;
    }

    private static ValueTask<object?> AdaptValueTask(ValueTask task)
    {
        return task.IsCompletedSuccessfully ? default : Slow(task);
        static async ValueTask<object?> Slow(ValueTask task)
        {
            await task;
            return null;
        }
    }

    private static ValueTask<object?> AdaptValueTaskOf<T>(ValueTask<T> task)
    {
        return task.IsCompletedSuccessfully ? new(task.Result) : Slow(task);
        static async ValueTask<object?> Slow(ValueTask<T> task) => await task;
    }
}
