namespace Cluster.Grains;

/// <summary>A run's losses: whether it may try once more, and how long it takes until it is back where it was.</summary>
/// <param name="time">The carrier's clock.</param>
/// <param name="inCluster">Whether the carrier is one silo of several.</param>
/// <param name="attempts">Losses that a run survives between two checkpoints.</param>
internal sealed class Recoveries(TimeProvider time, bool inCluster, int attempts)
{
    /// <summary>How long a silo that cannot be reached may stay in the list of silos: longer than any setting of its probes lasts.</summary>
    private static readonly TimeSpan MembershipPatience = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromMilliseconds(250);

    private int _losses;
    private long _lostSince;
    private int _tries;
    private long? _replayTo;
    private long _replaySince;

    /// <summary>Leaves those who notice a loss a moment, a longer one each time that it is still there.</summary>
    public Task Pause() => Task.Delay(TryAgainAfter * Math.Min(_tries, 4), time);

    /// <summary>Whether another attempt may end better.</summary>
    /// <param name="problem">What ended the last one.</param>
    /// <param name="again">Whether that one had not come to its first step.</param>
    public bool MayTry(Exception problem, bool again)
    {
        // The list of silos may name a lost one for a while; until it does not, each opening may fail.
        bool same = again && Losses.IsUnreachable(problem) && inCluster && time.GetElapsedTime(_lostSince) < MembershipPatience;
        return same || (Losses.IsLoss(problem) && _losses++ < attempts);
    }

    /// <summary>Begins another attempt.</summary>
    /// <param name="step">The step that the run had come to.</param>
    /// <param name="problem">What ended the last attempt.</param>
    /// <param name="again">Whether that one had not come to its first step.</param>
    /// <returns>False where it is the same loss as before, which was told of.</returns>
    public bool Begin(long step, Exception problem, bool again)
    {
        (_lostSince, _tries) = again ? (_lostSince, _tries + 1) : (time.GetTimestamp(), 0);
        _replayTo = Math.Max(_replayTo ?? 0, step);
        if (again && Losses.IsUnreachable(problem))
        {
            return false;
        }

        _replaySince = time.GetTimestamp();
        return true;
    }

    /// <summary>A checkpoint was taken: what was lost before no longer counts.</summary>
    public void Saved() => _losses = 0;

    /// <summary>How long it took to come back, told once at the first step that is as far as where the loss was; else null.</summary>
    /// <remarks>It is beyond it where a checkpoint holds all steps before the loss, or the next one is left out.</remarks>
    public TimeSpan? Back(long step)
    {
        if (!(step >= _replayTo))
        {
            return null;
        }

        _replayTo = null;
        return time.GetElapsedTime(_replaySince);
    }
}
