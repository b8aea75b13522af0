using System.Linq.Expressions;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Orleans.Serialization;

/// <summary>Copies a marked class or struct, or a tuple, member by member, with code emitted once for its type.</summary>
internal sealed class ObjectCopier : Copier
{
    private readonly Func<object> _create;
    private readonly Action<object, object, CopyContext> _copyMembers;
    private readonly bool _remembers;

    public ObjectCopier(Type type)
    {
        _remembers = !type.IsValueType;
        _create = Creator(type);
        _copyMembers = Emit(type, IsOpenTuple(type) ? FieldsOf(type) : Members.Of(type));
    }

    /// <summary>Tuples and pairs: every field is a part.</summary>
    public static bool IsOpenTuple(Type type)
        => type.IsGenericType && (typeof(ITuple).IsAssignableFrom(type) && type.Assembly == typeof(object).Assembly || type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>));

    public override object Copy(object original, CopyContext context)
    {
        var copy = _create();
        if (_remembers) context.Remember(original, copy);
        _copyMembers(original, copy, context);
        return copy;
    }

    public void CopyMembers(object original, object copy, CopyContext context) => _copyMembers(original, copy, context);

    /// <summary>A fresh object: by the parameterless constructor where there is one, without any constructor else, as Orleans does.</summary>
    public static Func<object> Creator(Type type)
    {
        var constructor = type.IsValueType ? null : type.GetConstructor(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, []);
        return constructor is null
            ? () => RuntimeHelpers.GetUninitializedObject(type)
            : Expression.Lambda<Func<object>>(Expression.New(constructor)).Compile();
    }

    private static List<Member> FieldsOf(Type type)
        => [.. type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(field => new Member(field.FieldType, field, null, Copiers.IsSharedByType(field.FieldType)))];

    public static Action<object, object, CopyContext> Emit(Type type, List<Member> members)
    {
        var method = new DynamicMethod($"Copy_{type.Name}", null, [typeof(object), typeof(object), typeof(CopyContext)], typeof(ObjectCopier).Module, skipVisibility: true);
        var il = method.GetILGenerator();
        var self = type.IsValueType ? OpCodes.Unbox : OpCodes.Castclass;
        foreach (var member in members)
        {
            il.Emit(OpCodes.Ldarg_1);
            il.Emit(self, type);
            if (!member.Shared) il.Emit(OpCodes.Ldarg_2);
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(self, type);
            if (member.Field is not null) il.Emit(OpCodes.Ldfld, member.Field);
            else il.Emit(OpCodes.Call, member.Property!.GetMethod!);
            if (!member.Shared) il.Emit(OpCodes.Call, typeof(CopyContext).GetMethod(nameof(CopyContext.Copy))!.MakeGenericMethod(member.Type));
            if (member.Field is not null) il.Emit(OpCodes.Stfld, member.Field);
            else il.Emit(OpCodes.Call, member.Property!.SetMethod!);
        }

        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<Action<object, object, CopyContext>>();
    }
}
