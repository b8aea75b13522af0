using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Orleans.Runtime;

/// <summary>The class of references that implement one grain interface: emitted once, so that a call costs no reflection.</summary>
internal sealed class ProxyType
{
    private static readonly ConcurrentDictionary<Type, Lazy<ProxyType>> All = new();
    private static readonly ConcurrentDictionary<Assembly, ModuleBuilder> Modules = new();
    private readonly Func<GrainReference> _create;

    private ProxyType(Type interfaceType)
    {
        if (!interfaceType.IsInterface || !typeof(IAddressable).IsAssignableFrom(interfaceType))
            throw new ArgumentException($"{interfaceType} is no grain interface: it must be an interface that extends {nameof(IGrain)} or {nameof(IGrainObserver)}.");
        Interface = interfaceType;
        InterfaceType = GrainInterfaceType.Create(TypeNames.Format(interfaceType));
        _create = Emit(interfaceType);
    }

    public Type Interface { get; }

    public GrainInterfaceType InterfaceType { get; }

    public static ProxyType Of(Type interfaceType) => All.GetOrAdd(interfaceType, static type => new(() => new(type))).Value;

    public GrainReference CreateReference(Node node, GrainId id)
    {
        var reference = _create();
        reference.Node = node;
        reference.Proxy = this;
        reference.GrainId = id;
        return reference;
    }

    private static Func<GrainReference> Emit(Type interfaceType)
    {
        // Interfaces may be internal to their assembly, so one dynamic assembly each, which is let in there.
        var module = Modules.GetOrAdd(interfaceType.Assembly, static assembly => DefineModule(assembly));
        TypeBuilder type;
        lock (module)
        {
            type = module.DefineType($"Proxy_{TypeNames.Format(interfaceType)}", TypeAttributes.Public | TypeAttributes.Sealed, typeof(GrainReference));
            type.AddInterfaceImplementation(interfaceType);
            var methods = type.DefineField("Methods", typeof(GrainMethod[]), FieldAttributes.Public | FieldAttributes.Static);
            EmitConstructor(type);
            var table = new List<GrainMethod>();
            foreach (var method in interfaceType.GetInterfaces().Append(interfaceType).SelectMany(i => i.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)))
            {
                if (!method.IsVirtual || method.DeclaringType == typeof(IEquatable<GrainReference>)) continue;
                EmitMethod(type, method, methods, table.Count);
                table.Add(new GrainMethod(interfaceType, method));
            }

            var built = type.CreateType();
            built.GetField("Methods")!.SetValue(null, table.ToArray());
            return Expression.Lambda<Func<GrainReference>>(Expression.New(built)).Compile();
        }
    }

    private static ModuleBuilder DefineModule(Assembly assembly)
    {
        var builder = AssemblyBuilder.DefineDynamicAssembly(new($"Orleans.Proxies.{assembly.GetName().Name}"), AssemblyBuilderAccess.Run);
        var letIn = typeof(IgnoresAccessChecksToAttribute).GetConstructor([typeof(string)])!;
        builder.SetCustomAttribute(new CustomAttributeBuilder(letIn, [typeof(GrainReference).Assembly.GetName().Name!]));
        builder.SetCustomAttribute(new CustomAttributeBuilder(letIn, [assembly.GetName().Name!]));
        foreach (var referenced in assembly.GetReferencedAssemblies())
            builder.SetCustomAttribute(new CustomAttributeBuilder(letIn, [referenced.Name!]));
        return builder.DefineDynamicModule("Proxies");
    }

    private static void EmitConstructor(TypeBuilder type)
    {
        var il = type.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, []).GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, typeof(GrainReference).GetConstructor(BindingFlags.Instance | BindingFlags.NonPublic, [])!);
        il.Emit(OpCodes.Ret);
    }

    private static void EmitMethod(TypeBuilder type, MethodInfo method, FieldInfo methods, int index)
    {
        if (method.IsGenericMethod) throw new NotSupportedException($"{method.DeclaringType}.{method.Name}: generic grain methods are not part of the stand-in.");
        var parameters = Array.ConvertAll(method.GetParameters(), parameter => parameter.ParameterType);
        if (Array.Find(parameters, parameter => parameter.IsByRef) is not null)
            throw new NotSupportedException($"{method.DeclaringType}.{method.Name}: arguments cross grain calls by value; 'ref', 'in' and 'out' cannot.");
        var body = type.DefineMethod($"{method.DeclaringType!.FullName}.{method.Name}",
            MethodAttributes.Private | MethodAttributes.Virtual | MethodAttributes.Final | MethodAttributes.HideBySig | MethodAttributes.NewSlot, method.ReturnType, parameters);
        var il = body.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldsfld, methods);
        il.Emit(OpCodes.Ldc_I4, index);
        il.Emit(OpCodes.Ldelem_Ref);
        il.Emit(OpCodes.Ldc_I4, parameters.Length);
        il.Emit(OpCodes.Newarr, typeof(object));
        for (var i = 0; i < parameters.Length; i++)
        {
            il.Emit(OpCodes.Dup);
            il.Emit(OpCodes.Ldc_I4, i);
            il.Emit(OpCodes.Ldarg, i + 1);
            if (parameters[i].IsValueType) il.Emit(OpCodes.Box, parameters[i]);
            il.Emit(OpCodes.Stelem_Ref);
        }

        il.Emit(OpCodes.Call, SenderFor(method));
        il.Emit(OpCodes.Ret);
        type.DefineMethodOverride(body, method);
    }

    private static MethodInfo SenderFor(MethodInfo method)
    {
        var type = method.ReturnType;
        var open = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        var name = open == typeof(void) ? nameof(GrainReference.SendVoid)
            : open == typeof(Task) ? nameof(GrainReference.SendTask)
            : open == typeof(Task<>) ? nameof(GrainReference.SendTaskOf)
            : open == typeof(ValueTask) ? nameof(GrainReference.SendValueTask)
            : open == typeof(ValueTask<>) ? nameof(GrainReference.SendValueTaskOf)
            : open == typeof(IAsyncEnumerable<>) ? nameof(GrainReference.SendSequence)
            : throw new NotSupportedException(
                $"{method.DeclaringType}.{method.Name} returns {type}: a grain method returns void, Task, Task<T>, ValueTask, ValueTask<T> or IAsyncEnumerable<T>.");
        var sender = typeof(GrainReference).GetMethod(name, BindingFlags.Instance | BindingFlags.NonPublic)!;
        return sender.IsGenericMethod ? sender.MakeGenericMethod(type.GetGenericArguments()) : sender;
    }
}
