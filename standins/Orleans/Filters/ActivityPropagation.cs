using System.Diagnostics;

namespace Orleans.Runtime;

/// <summary>One activity on each side of a call, with the caller's as the callee's parent.</summary>
internal static class ActivityPropagation
{
    private static readonly ActivitySource Source = new("Microsoft.Orleans.Application", "1.1.0");

    public static Activity? Start(IGrainCallContext context, ActivityKind kind, ActivityContext parent)
        => Source.StartActivity(context.Request.GetActivityName(), kind, parent);

    public static async Task Run(IGrainCallContext context, Activity activity)
    {
        activity.SetTag("rpc.system", "orleans");
        activity.SetTag("rpc.service", context.InterfaceName);
        activity.SetTag("rpc.method", $"{context.InterfaceName}/{context.MethodName}");
        if (activity.IsAllDataRequested)
        {
            activity.SetTag("rpc.orleans.target_id", context.TargetId.ToString());
            if (context.SourceId is { } source) activity.SetTag("rpc.orleans.source_id", source.ToString());
        }

        try
        {
            await context.Invoke();
        }
        catch (Exception error)
        {
            activity.SetStatus(ActivityStatusCode.Error);
            activity.SetTag("exception.type", error.GetType().FullName);
            activity.SetTag("exception.message", error.Message);
            activity.SetTag("exception.stacktrace", error.ToString());
            activity.SetTag("exception.escaped", true);
            throw;
        }
        finally
        {
            activity.Stop();
        }
    }
}

internal sealed class ActivityPropagationOutgoing : IOutgoingGrainCallFilter
{
    public Task Invoke(IOutgoingGrainCallContext context)
    {
        if (ActivityPropagation.Start(context, ActivityKind.Client, default) is not { } activity) return context.Invoke();
        DistributedContextPropagator.Current.Inject(activity, null, static (_, key, value) => RequestContext.Set(key, value));
        return ActivityPropagation.Run(context, activity);
    }
}

internal sealed class ActivityPropagationIncoming : IIncomingGrainCallFilter
{
    public Task Invoke(IIncomingGrainCallContext context)
    {
        DistributedContextPropagator.Current.ExtractTraceIdAndState(null, Read, out var parent, out var state);
        ActivityContext.TryParse(parent, state, isRemote: true, out var parentContext);
        return ActivityPropagation.Start(context, ActivityKind.Server, parentContext) is { } activity ? ActivityPropagation.Run(context, activity) : context.Invoke();
    }

    private static void Read(object? carrier, string name, out string? value, out IEnumerable<string>? values)
    {
        values = null;
        value = RequestContext.Get(name) as string;
    }
}
