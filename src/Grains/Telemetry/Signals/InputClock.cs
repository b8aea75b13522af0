namespace Cluster.Grains;

/// <summary>The time that a device's thread spends making minibatches. One thread adds, any reads.</summary>
/// <param name="time">The clock.</param>
internal sealed class InputClock(TimeProvider time)
{
    private long _ticks;
    private long _since;

    /// <summary>So far.</summary>
    public double Seconds => time.GetElapsedTime(0, Volatile.Read(ref _ticks)).TotalSeconds;

    /// <summary>Begins to count.</summary>
    public void Begin() => _since = time.GetTimestamp();

    /// <summary>Ends what <see cref="Begin"/> began.</summary>
    public void End() => Volatile.Write(ref _ticks, _ticks + time.GetTimestamp() - _since);
}
