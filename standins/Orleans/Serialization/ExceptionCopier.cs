using System.Collections;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Orleans.Serialization;

/// <summary>Copies exceptions: type, message, stack trace, inner exceptions, data, and the members with an id of those that are marked.</summary>
internal sealed class ExceptionCopier : Copier
{
    // Exceptions of these namespaces cross without a mark, as far as every exception goes.
    private static readonly string[] Prefixes = ["Microsoft", "System", "Azure"];
    private readonly Func<object> _create;
    private readonly Action<object, object, CopyContext>? _copyMembers;

    private ExceptionCopier(Type type)
    {
        _create = () => RuntimeHelpers.GetUninitializedObject(type);
        if (type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false)) _copyMembers = ObjectCopier.Emit(type, Members.Of(type));
    }

    public static Copier? For(Type type)
    {
        if (type == typeof(AggregateException)) return new FunctionCopier(CopyAggregate);
        var marked = type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false);
        return marked || Array.Exists(Prefixes, prefix => type.Namespace?.StartsWith(prefix, StringComparison.Ordinal) == true) ? new ExceptionCopier(type) : null;
    }

    /// <summary>The copy that the caller gets; where the exception cannot cross, the error that says so.</summary>
    public static Exception CopyForAnswer(Exception error)
    {
        try
        {
            return new CopyContext().Copy(error);
        }
        catch (CodecNotFoundException refusal)
        {
            return refusal;
        }
    }

    public override object Copy(object original, CopyContext context)
    {
        var error = (Exception)original;
        var copy = (Exception)_create();
        CopyBase(error, copy, context);
        _copyMembers?.Invoke(error, copy, context);
        return copy;
    }

    private static object CopyAggregate(object original, CopyContext context)
    {
        var error = (AggregateException)original;
        var copy = new AggregateException(OwnMessage(error), error.InnerExceptions.Select(context.Copy));
        if (error.StackTrace is { } stack) ExceptionDispatchInfo.SetRemoteStackTrace(copy, stack);
        return copy;
    }

    private static void CopyBase(Exception error, Exception copy, CopyContext context)
    {
        Message(copy) = error.Message;
        Inner(copy) = context.Copy(error.InnerException);
        copy.HResult = error.HResult;
        foreach (DictionaryEntry entry in error.Data) copy.Data[context.Copy(entry.Key)] = context.Copy(entry.Value);
        if (error.StackTrace is { } stack) ExceptionDispatchInfo.SetRemoteStackTrace(copy, stack);
    }

    // The Message property adds the inner exceptions' messages.
    private static string OwnMessage(AggregateException error) => Message(error) ?? error.Message;

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_message")]
    private static extern ref string? Message(Exception error);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_innerException")]
    private static extern ref Exception? Inner(Exception error);
}
