using System.Diagnostics;
using Cluster.Contracts;

namespace Cluster.Grains;

/// <summary>
/// The traces of one attempt's steps: one step in some is the root of a trace of its own, linked to the attempt's. Its children
/// are the actors' messages and their work on the devices, on whichever silo. A step that turns out slow or fails without having been
/// chosen gets its trace afterwards, from the actors' <see cref="MessageTrail"/>s.
/// </summary>
/// <param name="run">The run's name.</param>
/// <param name="attempt">The attempt.</param>
/// <param name="every">One in how many steps is traced; the first step of an attempt always is; 0: none.</param>
/// <param name="time">Of the steps.</param>
/// <param name="troubled">A step that failed in an attempt before: it is traced when it is done again. −1: none.</param>
/// <param name="recorder">Whose wish for a step is granted beside them.</param>
internal sealed class StepTraces(string run, long attempt, long every, TimeProvider time, long troubled = -1, StepRecorder? recorder = null) : IDisposable
{
    internal static readonly ActivitySource Source = new(TelemetryNames.Source);

    private readonly Dictionary<long, Activity> _open = [];
    private readonly Dictionary<long, DateTime> _begun = [];
    private bool _first = true;

    /// <summary>The span of the attempt; null where nobody listens.</summary>
    public Activity? Attempt { get; } = Root(TelemetryNames.RunSpan, default, run)?.SetTag("cluster.attempt", attempt);

    /// <summary>Whether a step that was slow or failed has a trace to come.</summary>
    public bool Follows => every > 0 && Source.HasListeners();

    /// <summary>Begins a step's trace where it is this one's turn. Dispose of the result when the step's messages are sent.</summary>
    public Sending Begin(long step)
    {
        Activity? before = Activity.Current;
        if (!Follows)
        {
            return new Sending(before);
        }

        if (!_first && step % every != 0 && step != troubled && recorder?.TakeWish(run) != true)
        {
            _begun[step] = time.GetUtcNow().UtcDateTime;
            return new Sending(before);
        }

        _first = false;
        if (Root(TelemetryNames.StepSpan, Attempt?.Context ?? default, run) is { } span)
        {
            span.SetTag(TelemetryNames.Step, step);
            _open[step] = span;
        }

        return new Sending(before);
    }

    /// <summary>Ends the trace of a step whose arithmetic is done.</summary>
    public void End(long step)
    {
        _begun.Remove(step);
        if (_open.Remove(step, out Activity? span))
        {
            Stop(span);
        }
    }

    /// <summary>Makes the trace of a step that was not chosen, from what its actors remember.</summary>
    /// <param name="step">A step that has begun and not ended.</param>
    /// <param name="trails">Each actor's key and its messages of the step.</param>
    /// <param name="why">The tag that says why there is a trace.</param>
    /// <param name="problem">What the step failed for; null where it did not.</param>
    public void Afterwards(long step, IEnumerable<(string Actor, MessageTime[] Messages)> trails, string why, string? problem = null)
    {
        if (!_begun.Remove(step, out DateTime began) || Root(TelemetryNames.StepSpan, Attempt?.Context ?? default, run, began) is not { } root)
        {
            return;
        }

        root.SetTag(TelemetryNames.Step, step).SetTag(TelemetryNames.Why, why);
        if (problem is not null)
        {
            root.SetStatus(ActivityStatusCode.Error, problem);
        }

        foreach ((string actor, MessageTime[] messages) in trails)
        {
            foreach (MessageTime message in messages.Where(each => each.Step == step))
            {
                using Activity? span = Source.StartActivity(TelemetryNames.MessageSpan, ActivityKind.Internal, root.Context, startTime: message.Began);
                Describe(span, actor, message.Message, step)?.SetEndTime(message.Began + message.Lasted);
            }
        }

        Stop(root);
    }

    /// <summary>Notes why the attempt ends on its span and on those of the open steps.</summary>
    public void Fail(string problem)
    {
        foreach (Activity span in _open.Values.Append(Attempt).OfType<Activity>())
        {
            span.SetStatus(ActivityStatusCode.Error, problem);
        }
    }

    public void Dispose()
    {
        foreach (Activity span in _open.Values.Append(Attempt).OfType<Activity>())
        {
            Stop(span);
        }

        _open.Clear();
    }

    /// <summary>The tags of an actor's message.</summary>
    internal static Activity? Describe(Activity? span, string actor, string message, long? step)
    {
        string[] key = actor.Split('/');
        return span?.SetTag("cluster.message", message)
            .SetTag(TelemetryNames.Step, step)
            .SetTag(TelemetryNames.Run, key[0])
            .SetTag(TelemetryNames.Role, key[1])
            .SetTag(TelemetryNames.Index, key[2]);
    }

    /// <summary>A span without parent, whatever is current.</summary>
    private static Activity? Root(string name, ActivityContext link, string run, DateTime began = default)
    {
        Activity? before = Activity.Current;
        Activity.Current = null;
        Activity? span = Source.StartActivity(
            ActivityKind.Internal, tags: [new(TelemetryNames.Run, run)], links: link == default ? null : [new ActivityLink(link)], startTime: began, name: name);
        if (name == TelemetryNames.RunSpan || began != default)
        {
            Activity.Current = before;
        }

        return span;
    }

    private static void Stop(Activity span)
    {
        Activity? before = Activity.Current;
        span.Stop();
        Back(before);
    }

    /// <summary>Makes what was current so again, unless it has ended: the request that started the run has.</summary>
    private static void Back(Activity? before) => Activity.Current = before is { IsStopped: false } ? before : null;

    /// <summary>While it lasts, what is sent belongs to the step.</summary>
    internal readonly struct Sending(Activity? before) : IDisposable
    {
        public void Dispose() => Back(before);
    }
}
