using System.Reflection;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>A call on its way through filters.</summary>
internal abstract class GrainCallContext(Call call)
{
    protected Call Call { get; } = call;

    protected int Stage { get; set; }

    public IInvokable Request => Call;

    public GrainId? SourceId => Call.Source;

    public GrainId TargetId => Call.Target;

    public GrainInterfaceType InterfaceType => ProxyType.Of(Call.Method.InterfaceType).InterfaceType;

    public string InterfaceName => Call.Method.InterfaceName;

    public string MethodName => Call.Method.Name;

    public MethodInfo InterfaceMethod => Call.Method.Method;

    public object? Result { get; set; }
}

/// <summary>A call on its way in.</summary>
internal sealed class IncomingCallContext(Call call, Activation activation) : GrainCallContext(call), IIncomingGrainCallContext
{
    public object Grain => activation.GrainInstance!;

    public IGrainContext TargetContext => activation;

    public MethodInfo ImplementationMethod => activation.Class.ImplementationOf(InterfaceMethod);

    public static async ValueTask<object?> InvokeAsync(Call call, Activation activation)
    {
        var context = new IncomingCallContext(call, activation);
        await context.Invoke();
        return context.Result;
    }

    public async Task Invoke()
    {
        var filters = activation.Silo.IncomingFilters;
        var stage = Stage++;
        if (stage < filters.Length) await filters[stage].Invoke(this);
        else if (stage == filters.Length && Grain is IIncomingGrainCallFilter own) await own.Invoke(this);
        else Result = await Call.Method.Invoke(Grain, Call.Arguments);
    }
}

/// <summary>A call on its way out.</summary>
internal sealed class OutgoingCallContext<T>(Call<T> call, GrainReference reference) : GrainCallContext(call), IOutgoingGrainCallContext
{
    public object Grain => reference;

    public IGrainContext? SourceContext => Call.SourceContext;

    public async Task Invoke()
    {
        var filters = Call.Sender.OutgoingFilters;
        var stage = Stage++;
        if (stage < filters.Length)
        {
            await filters[stage].Invoke(this);
        }
        else if (stage == filters.Length && SourceContext?.GrainInstance is IOutgoingGrainCallFilter own)
        {
            await own.Invoke(this);
        }
        else
        {
            Call.Sender.Hub.Send(Call, reference);
            if (!Call.OneWay) Result = await call.Answer;
        }
    }
}

internal static class OutgoingCallContext
{
    public static async Task<T> InvokeAsync<T>(Call<T> call, GrainReference reference)
    {
        var context = new OutgoingCallContext<T>(call, reference);
        await context.Invoke();
        return (T)context.Result!;
    }
}
