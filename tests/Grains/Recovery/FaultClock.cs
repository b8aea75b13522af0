namespace Cluster.Grains.Tests;

/// <summary>
/// The clock of a test cluster's silos: it can jump, and it can hurry what ticks, so that a limit of many seconds, which no slow
/// machine reaches by itself, passes at once where a test has made something hang.
/// </summary>
public sealed class FaultClock : TimeProvider
{
    private long _offset;
    private volatile int _ticks = 1;

    /// <summary>Lets every period of a timer count as fifty, until <see cref="Calm"/>.</summary>
    public void Hurry() => _ticks = 50;

    /// <summary>Ends the hurry.</summary>
    public void Calm() => _ticks = 1;

    /// <summary>Sets wall clock and timestamps forward or back; timers do not notice.</summary>
    public void Jump(TimeSpan by) => Interlocked.Add(ref _offset, by.Ticks);

    /// <summary>Sets it right again.</summary>
    public void Right() => Interlocked.Exchange(ref _offset, 0);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref _offset));

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => System.GetElapsedTime(0, System.GetTimestamp()).Ticks + Interlocked.Read(ref _offset);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        period == Timeout.InfiniteTimeSpan ? System.CreateTimer(callback, state, dueTime, period) : System.CreateTimer(
            now =>
            {
                for (int tick = _ticks; tick > 0; tick--)
                {
                    callback(now);
                }
            },
            state, dueTime, period);
}
