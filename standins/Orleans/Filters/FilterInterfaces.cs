using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans;

/// <summary>What a filter sees of a call.</summary>
public interface IGrainCallContext
{
    /// <summary>The call itself, with its arguments.</summary>
    IInvokable Request { get; }

    /// <summary>The grain: the instance for incoming calls, the reference for outgoing ones.</summary>
    object Grain { get; }

    /// <summary>Who calls; null for a client.</summary>
    GrainId? SourceId { get; }

    /// <summary>Who is called.</summary>
    GrainId TargetId { get; }

    /// <summary>The interface that is called.</summary>
    GrainInterfaceType InterfaceType { get; }

    /// <summary>The interface's name.</summary>
    string InterfaceName { get; }

    /// <summary>The method's name.</summary>
    string MethodName { get; }

    /// <summary>The method of the interface.</summary>
    MethodInfo InterfaceMethod { get; }

    /// <summary>The answer, once the call was made; a filter may replace it.</summary>
    object? Result { get; set; }

    /// <summary>Goes on with the call: the next filter, and the grain at last.</summary>
    Task Invoke();
}

/// <summary>What a filter sees of a call on its way in.</summary>
public interface IIncomingGrainCallContext : IGrainCallContext
{
    /// <summary>The activation.</summary>
    IGrainContext TargetContext { get; }

    /// <summary>The method of the grain class.</summary>
    MethodInfo ImplementationMethod { get; }
}

/// <summary>What a filter sees of a call on its way out.</summary>
public interface IOutgoingGrainCallContext : IGrainCallContext
{
    /// <summary>The activation that calls; null for a client.</summary>
    IGrainContext? SourceContext { get; }
}

/// <summary>Stands before every call that comes in; a grain class may be one for its own calls.</summary>
public interface IIncomingGrainCallFilter
{
    /// <summary>Handles one call, as a rule by <see cref="IGrainCallContext.Invoke"/>.</summary>
    Task Invoke(IIncomingGrainCallContext context);
}

/// <summary>Stands before every call that goes out.</summary>
public interface IOutgoingGrainCallFilter
{
    /// <summary>Handles one call, as a rule by <see cref="IGrainCallContext.Invoke"/>.</summary>
    Task Invoke(IOutgoingGrainCallContext context);
}

/// <summary>A filter of incoming calls as a function.</summary>
public delegate Task IncomingGrainCallFilterDelegate(IIncomingGrainCallContext context);

/// <summary>A filter of outgoing calls as a function.</summary>
public delegate Task OutgoingGrainCallFilterDelegate(IOutgoingGrainCallContext context);
