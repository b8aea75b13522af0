using System.Diagnostics;

namespace Cluster.Grains;

/// <summary>
/// The traces of one attempt's steps: one step in some is the root of a trace of its own, linked to the attempt's. Its children
/// are the actors' messages and their work on the devices, on whichever silo.
/// </summary>
/// <param name="run">The run's name.</param>
/// <param name="attempt">The attempt.</param>
/// <param name="every">One in how many steps is traced; the first step of an attempt always is; 0: none.</param>
/// <param name="recorder">Whose wish for a step is granted beside them.</param>
internal sealed class StepTraces(string run, long attempt, long every, StepRecorder? recorder = null) : IDisposable
{
    internal static readonly ActivitySource Source = new(TelemetryNames.Source);

    private readonly Dictionary<long, Activity> _open = [];
    private readonly Activity? _attempt = Root(TelemetryNames.RunSpan, default, run)?.SetTag("cluster.attempt", attempt);
    private bool _first = true;

    /// <summary>Begins a step's trace where it is this one's turn. Dispose of the result when the step's messages are sent.</summary>
    public Sending Begin(long step)
    {
        Activity? before = Activity.Current;
        if (every == 0 || (!_first && step % every != 0 && recorder?.TakeWish(run) != true) || !Source.HasListeners())
        {
            return new Sending(before);
        }

        _first = false;
        if (Root(TelemetryNames.StepSpan, _attempt?.Context ?? default, run) is { } span)
        {
            span.SetTag(TelemetryNames.Step, step);
            _open[step] = span;
        }

        return new Sending(before);
    }

    /// <summary>Ends the trace of a step whose arithmetic is done.</summary>
    public void End(long step)
    {
        if (_open.Remove(step, out Activity? span))
        {
            Stop(span);
        }
    }

    /// <summary>Notes why the attempt ends on its span and on those of the open steps.</summary>
    public void Fail(string problem)
    {
        foreach (Activity span in _open.Values.Append(_attempt).OfType<Activity>())
        {
            span.SetStatus(ActivityStatusCode.Error, problem);
        }
    }

    public void Dispose()
    {
        foreach (Activity span in _open.Values.Append(_attempt).OfType<Activity>())
        {
            Stop(span);
        }

        _open.Clear();
    }

    /// <summary>A span without parent, whatever is current.</summary>
    private static Activity? Root(string name, ActivityContext link, string run)
    {
        Activity? before = Activity.Current;
        Activity.Current = null;
        Activity? span = Source.StartActivity(
            ActivityKind.Internal, tags: [new(TelemetryNames.Run, run)], links: link == default ? null : [new ActivityLink(link)], name: name);
        if (name == TelemetryNames.RunSpan)
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
