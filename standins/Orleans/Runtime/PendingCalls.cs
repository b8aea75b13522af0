using System.Diagnostics;

namespace Orleans.Runtime;

/// <summary>The calls that wait for an answer, to be timed out.</summary>
internal sealed class PendingCalls : IDisposable
{
    private static readonly TimeSpan ScanPeriod = TimeSpan.FromMilliseconds(200);
    private readonly Lock _gate = new();
    private readonly Timer _timer;
    private Call? _first;

    public PendingCalls()
    {
        using var _ = SuppressedFlow.Begin();
        _timer = new(static state => ((PendingCalls)state!).Scan(), this, ScanPeriod, ScanPeriod);
    }

    public void Add(Call call)
    {
        call.Deadline = Stopwatch.GetTimestamp() + (long)(call.Timeout.TotalSeconds * Stopwatch.Frequency);
        lock (_gate)
        {
            call.Next = _first;
            if (_first is not null) _first.Previous = call;
            _first = call;
        }
    }

    public void Remove(Call call)
    {
        lock (_gate)
        {
            if (call.Previous is null && call.Next is null && _first != call) return;
            if (call.Previous is null) _first = call.Next;
            else call.Previous.Next = call.Next;
            if (call.Next is not null) call.Next.Previous = call.Previous;
            call.Previous = call.Next = null;
        }
    }

    /// <summary>A node has ended: whoever waits on it outside of turns learns that; its turns learn nothing any more.</summary>
    public void Abandon(Node node)
    {
        List<Call> lost = [];
        lock (_gate)
        {
            for (var call = _first; call is not null; call = call.Next)
                if (call.Sender == node && call.SourceContext is null) lost.Add(call);
        }

        lost.ForEach(call => call.Abandon());
    }

    public void Dispose() => _timer.Dispose();

    private void Scan()
    {
        var now = Stopwatch.GetTimestamp();
        List<Call>? late = null;
        lock (_gate)
        {
            for (var call = _first; call is not null; call = call.Next)
                if (call.Deadline <= now) (late ??= []).Add(call);
        }

        late?.ForEach(call => call.TimeOut());
    }
}
