namespace Cluster.Grains;

/// <summary>Steps per second over the last few seconds.</summary>
internal sealed class StepRate(TimeProvider time)
{
    private readonly Queue<(long Time, long Step)> _marks = new();
    private long _last = time.GetTimestamp();

    public double StepsPerSecond { get; private set; }

    /// <summary>
    /// The rate to count on: the higher one of the last two, so that a process that stood still for an hour does not wait for hours
    /// where it should wait for seconds.
    /// </summary>
    public double Usual { get; private set; }

    /// <summary>Tells that a step is complete.</summary>
    public void Mark(long step)
    {
        long now = time.GetTimestamp();
        if (time.GetElapsedTime(_last, now) < TimeSpan.Zero)
        {
            _marks.Clear(); // the clock was set back
        }

        if (_marks.Count > 0 && time.GetElapsedTime(_last, now) < TimeSpan.FromMilliseconds(250))
        {
            return;
        }

        _last = now;
        _marks.Enqueue((now, step));
        while (_marks.Count > 2 && time.GetElapsedTime(_marks.Peek().Time, now) > TimeSpan.FromSeconds(5))
        {
            _marks.Dequeue();
        }

        (long since, long from) = _marks.Peek();
        double seconds = time.GetElapsedTime(since, now).TotalSeconds;
        double before = StepsPerSecond;
        StepsPerSecond = seconds > 0 ? (step - from) / seconds : 0;
        Usual = Math.Max(before, StepsPerSecond);
    }
}
