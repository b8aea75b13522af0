using System.Diagnostics.CodeAnalysis;

namespace Orleans.Runtime;

/// <summary>When and how a grain timer ticks.</summary>
public readonly struct GrainTimerCreationOptions
{
    /// <summary>Options to be filled in.</summary>
    public GrainTimerCreationOptions() { }

    /// <summary>Options of a timer that does not interleave.</summary>
    [SetsRequiredMembers]
    public GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period)
    {
        DueTime = dueTime;
        Period = period;
    }

    /// <summary>Time until the first tick; <see cref="Timeout.InfiniteTimeSpan"/> for a timer that does not start.</summary>
    public required TimeSpan DueTime { get; init; }

    /// <summary>Time from the end of a tick to the next; <see cref="Timeout.InfiniteTimeSpan"/> for a timer that ticks once.</summary>
    public required TimeSpan Period { get; init; }

    /// <summary>Whether ticks may interleave with other requests and ticks. Default: no.</summary>
    public bool Interleave { get; init; }

    /// <summary>Whether a tick counts as use of the grain, so that it is not collected for being idle. Default: no.</summary>
    public bool KeepAlive { get; init; }
}

/// <summary>A timer whose ticks are turns of its grain.</summary>
public interface IGrainTimer : IDisposable
{
    /// <summary>Sets new times, from now on.</summary>
    void Change(TimeSpan dueTime, TimeSpan period);
}
