using System.Globalization;
using Cluster.Contracts;

namespace Cluster.Grains;

/// <summary>
/// Notices a step that does not end. The limit follows the run's own step times, with a floor from the experiment file. Time is
/// counted in ticks of its own, so that a process that was stopped for a while, or a clock that jumps, is no alarm.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private readonly TimeSpan _floor;
    private readonly double _factor;
    private TaskCompletionSource? _alarm;
    private long _ticksLeft;
    private bool _rung;

    /// <param name="time">Drives the ticks.</param>
    /// <param name="floor">No limit is shorter.</param>
    /// <param name="factor">How many times its expected time a step may take.</param>
    public Watchdog(TimeProvider time, TimeSpan floor, double factor)
    {
        _floor = floor;
        _factor = factor;
        _timer = time.CreateTimer(static state => ((Watchdog)state!).Count(), this, Tick, Tick);
    }

    /// <summary>Whether <see cref="Ring"/> was called.</summary>
    public bool IsRung
    {
        get
        {
            lock (_gate)
            {
                return _rung;
            }
        }
    }

    /// <summary>Waits for work.</summary>
    /// <param name="work">What must end.</param>
    /// <param name="expected">How long it should take.</param>
    /// <returns>False where the limit passed before it ended.</returns>
    public async Task<bool> Ends(Task work, TimeSpan expected)
    {
        if (work.IsCompleted)
        {
            return true;
        }

        TaskCompletionSource alarm = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_rung)
            {
                return false;
            }

            _ticksLeft = (long)Math.Ceiling(Limit(expected) / Tick);
            _alarm = alarm;
        }

        bool ended = await Task.WhenAny(work, alarm.Task) == work;
        lock (_gate)
        {
            _alarm = null;
        }

        return ended;
    }

    /// <summary>How long work may take.</summary>
    public TimeSpan Limit(TimeSpan expected) => expected * _factor is var learned && learned > _floor ? learned : _floor;

    /// <summary>Nothing is worth waiting for any more: whatever is waited for now or later counts as late.</summary>
    public void Ring()
    {
        lock (_gate)
        {
            _rung = true;
            _alarm?.TrySetResult();
            _alarm = null;
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Count()
    {
        lock (_gate)
        {
            if (_alarm is { } alarm && --_ticksLeft <= 0)
            {
                _alarm = null;
                alarm.TrySetResult();
            }
        }
    }
}

/// <summary>A step that did not end in time.</summary>
/// <param name="message">The step, the late actors, and what they were doing.</param>
internal sealed class LateActorException(string message) : Exception(message)
{
    /// <summary>Asks all actors what they do, and names those that are late.</summary>
    public static async Task<LateActorException> Ask(IReadOnlyList<ITrainingActor> actors, string what, TimeSpan limit)
    {
        (string Actor, ActorActivity? Now, string? Problem)[] answers = await Task.WhenAll(actors.Select(async actor =>
        {
            string key = actor.GetPrimaryKeyString();
            try
            {
                return (key, await actor.Doing().WaitAsync(TimeSpan.FromSeconds(5)), (string?)null);
            }
            catch (Exception silent)
            {
                return (key, (ActorActivity?)null, silent.Message);
            }
        }));
        return new LateActorException(string.Create(
            CultureInfo.InvariantCulture, $"{what} did not end within {limit.TotalSeconds:0.#} s: {string.Join("; ", Late(answers))}"));
    }

    /// <summary>Who does not answer; else whose device computes without end; else whoever has waited with a message, the last that got one first.</summary>
    private static IEnumerable<string> Late((string Actor, ActorActivity? Now, string? Problem)[] answers)
    {
        string[] silent = [.. answers.Where(each => each.Now is null).Select(each => $"{each.Actor} does not answer ({each.Problem})")];
        if (silent.Length > 0)
        {
            return silent;
        }

        ActorActivity[] at = [.. answers.Select(each => each.Now!)];
        ActorActivity[] busy = [.. at.Where(each => each.Work is not null && each.WorkSeconds > 1).OrderByDescending(each => each.WorkSeconds).DistinctBy(each => (each.Silo, each.Device))];
        if (busy.Length > 0)
        {
            return busy.Select(each => string.Create(
                CultureInfo.InvariantCulture, $"{each.Actor} on {each.Silo}: {each.Device} has been in {each.Work} for {each.WorkSeconds:0.#} s"));
        }

        ActorActivity[] waiting = [.. at.Where(each => each.Message is not null).OrderBy(each => each.MessageSeconds)];
        return waiting.Length > 0
            ? waiting.Take(3).Select(each => string.Create(
                CultureInfo.InvariantCulture, $"{each.Actor} on {each.Silo} has been in {each.Message} for {each.MessageSeconds:0.#} s"))
            : ["no actor has work: a message was lost"];
    }
}
