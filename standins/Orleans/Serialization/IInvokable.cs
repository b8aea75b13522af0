using System.Reflection;

namespace Orleans.Serialization.Invocation;

/// <summary>A call as filters and interleaving predicates see it. Cancellation tokens are no arguments here.</summary>
public interface IInvokable
{
    /// <summary>Whether the method takes a cancellation token.</summary>
    bool IsCancellable { get; }

    /// <summary>The object that handles the call.</summary>
    object? GetTarget();

    /// <summary>How many arguments there are.</summary>
    int GetArgumentCount();

    /// <summary>One argument.</summary>
    object? GetArgument(int index);

    /// <summary>Replaces one argument.</summary>
    void SetArgument(int index, object value);

    /// <summary>The method's name.</summary>
    string GetMethodName();

    /// <summary>The interface's name.</summary>
    string GetInterfaceName();

    /// <summary>What a trace calls it.</summary>
    string GetActivityName();

    /// <summary>The method of the interface.</summary>
    MethodInfo GetMethod();

    /// <summary>The interface.</summary>
    Type GetInterfaceType();

    /// <summary>The method's own timeout.</summary>
    TimeSpan? GetDefaultResponseTimeout();

    /// <summary>The token that the callee sees.</summary>
    CancellationToken GetCancellationToken();
}
