using Cluster.Contracts.Runs;

namespace Cluster.Dashboard;

/// <summary>
/// When a step was, as far as a run's events tell: its rows carry no time. Between two events time runs evenly with the
/// steps. A step that was repeated after a loss has the later time.
/// </summary>
internal sealed class StepClock
{
    private readonly (long Step, double Seconds)[] _known;

    /// <param name="events">The run's events.</param>
    /// <param name="start">The time of all steps where there is no event.</param>
    public StepClock(IReadOnlyList<RunEvent> events, DateTimeOffset start) => _known = events.Count == 0
        ? [(0, Seconds(start))]
        : [.. events.GroupBy(each => each.Step).Select(each => (each.Key, each.Max(one => Seconds(one.Time)))).OrderBy(each => each.Key)];

    /// <summary>Seconds since 1970, UTC.</summary>
    public double At(long step)
    {
        int after = Array.FindIndex(_known, each => each.Step >= step);
        if (after <= 0)
        {
            return _known[after == 0 ? 0 : ^1].Seconds;
        }

        ((long fromStep, double from), (long toStep, double to)) = (_known[after - 1], _known[after]);
        return from + ((to - from) * (step - fromStep) / (toStep - fromStep));
    }

    private static double Seconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).TotalSeconds;
}
