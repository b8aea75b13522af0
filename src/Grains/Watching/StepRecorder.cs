using System.Diagnostics;
using Cluster.Contracts;

namespace Cluster.Grains;

/// <summary>
/// Keeps the spans of the newest steps while somebody looks at their timeline. Nobody looks: nothing listens, and steps cost what
/// they cost without it.
/// </summary>
internal sealed class StepRecorder(TimeProvider time) : IDisposable
{
    private const int MostTraces = 24;
    private const int MostSpans = 4096;
    private const string Calls = "Microsoft.Orleans.Application";

    /// <summary>How long after the last question it goes on to listen.</summary>
    private static readonly TimeSpan Interest = TimeSpan.FromSeconds(20);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Kept> _traces = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private readonly Dictionary<string, long> _asked = new(StringComparer.Ordinal);
    private readonly HashSet<string> _wishes = new(StringComparer.Ordinal);
    private ActivityListener? _listener;
    private ITimer? _end;

    /// <summary>What is kept of a run, oldest first; and that its next step shall be traced.</summary>
    public StepTrace[] Ask(string run)
    {
        lock (_gate)
        {
            _asked[run] = time.GetTimestamp();
            _wishes.Add(run);
            if (_listener is null)
            {
                ActivitySource.AddActivityListener(_listener = Listener());
                _end = time.CreateTimer(_ => Forget(), null, Interest, Interest);
            }

            return [.. _order.Select(id => _traces[id]).Where(each => each.Run == run).Select(each => new StepTrace(each.Id, [.. each.Spans]))];
        }
    }

    /// <summary>Whether a run's next step is wished for; a wish is granted once.</summary>
    public bool TakeWish(string run)
    {
        if (_listener is null)
        {
            return false;
        }

        lock (_gate)
        {
            return _wishes.Remove(run);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _end?.Dispose();
            _listener?.Dispose();
            _listener = null;
        }
    }

    /// <summary>Stops to listen once nobody has asked for a while.</summary>
    private void Forget()
    {
        lock (_gate)
        {
            foreach (string run in _asked.Where(each => time.GetElapsedTime(each.Value) > Interest).Select(each => each.Key).ToArray())
            {
                _asked.Remove(run);
                _wishes.Remove(run);
            }

            if (_asked.Count == 0)
            {
                _end?.Dispose();
                _listener?.Dispose();
                (_end, _listener) = (null, null);
                _traces.Clear();
                _order.Clear();
            }
        }
    }

    /// <summary>Calls are listened to so that Orleans carries the trace from silo to silo; only our own spans are kept.</summary>
    private ActivityListener Listener() => new()
    {
        ShouldListenTo = source => source.Name is TelemetryNames.Source or Calls,
        Sample = (ref ActivityCreationOptions<ActivityContext> asked) =>
            asked.Name == TelemetryNames.StepSpan || (asked.Parent.TraceFlags & ActivityTraceFlags.Recorded) != 0
                ? ActivitySamplingResult.AllDataAndRecorded
                : ActivitySamplingResult.None,
        ActivityStopped = Keep,
    };

    private void Keep(Activity span)
    {
        if (span.Source.Name != TelemetryNames.Source || !span.Recorded || span.OperationName == TelemetryNames.RunSpan)
        {
            return;
        }

        string id = span.TraceId.ToHexString();
        lock (_gate)
        {
            if (!_traces.TryGetValue(id, out Kept? trace))
            {
                _traces[id] = trace = new Kept(id);
                _order.Enqueue(id);
                if (_order.Count > MostTraces)
                {
                    _traces.Remove(_order.Dequeue());
                }
            }

            trace.Run ??= span.GetTagItem(TelemetryNames.Run) as string;
            if (trace.Spans.Count < MostSpans || span.OperationName == TelemetryNames.StepSpan)
            {
                trace.Spans.Add(Read(span));
            }
        }
    }

    private static StepSpan Read(Activity span) => new(
        span.SpanId.ToHexString(),
        span.ParentSpanId == default ? null : span.ParentSpanId.ToHexString(),
        span.OperationName,
        (span.GetTagItem("cluster.message") ?? span.GetTagItem("cluster.device.work")) as string,
        span.OperationName == TelemetryNames.MessageSpan
            ? $"{span.GetTagItem(TelemetryNames.Run)}/{span.GetTagItem(TelemetryNames.Role)}/{span.GetTagItem(TelemetryNames.Index)}"
            : null,
        (span.GetTagItem(TelemetryNames.Silo) ?? span.GetTagItem(TelemetryNames.Device)) as string,
        span.GetTagItem(TelemetryNames.Step) as long?,
        span.StartTimeUtc,
        span.Duration.TotalSeconds,
        span.Status == ActivityStatusCode.Error ? span.StatusDescription : null);

    private sealed class Kept(string id)
    {
        public string Id => id;

        public string? Run { get; set; }

        public List<StepSpan> Spans { get; } = [];
    }
}
