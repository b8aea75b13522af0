namespace Cluster.Numerics;

/// <summary>How a learning rate falls.</summary>
public enum ScheduleKind
{
    /// <summary>Not at all.</summary>
    Constant,

    /// <summary>By the same amount at each step.</summary>
    Linear,

    /// <summary>By half a cosine (Loshchilov and Hutter 2017, arXiv:1608.03983, equation 5, one period).</summary>
    Cosine,
}

/// <summary>
/// A learning rate's factor as a function of the step alone, so that a run that goes on from a checkpoint needs no state for it. It rises
/// linearly to 1 over the warm-up, is 1 until <paramref name="From"/>, and falls to <paramref name="Final"/> at <paramref name="Until"/>.
/// </summary>
/// <param name="Kind">How it falls.</param>
/// <param name="Warmup">Steps of the warm-up: step t of them has the factor (t + 1)/Warmup. 0 for none.</param>
/// <param name="From">The last step, counted from 0, before it falls.</param>
/// <param name="Until">The step from which on the factor is <paramref name="Final"/>; above <paramref name="From"/>.</param>
/// <param name="Final">What is left at the end, in [0, 1].</param>
public sealed record LearningRateSchedule(ScheduleKind Kind, long Warmup, long From, long Until, double Final)
{
    /// <summary>The factor of a step.</summary>
    /// <param name="step">From 0.</param>
    public double At(long step)
    {
        double rise = step < Warmup ? (step + 1.0) / Warmup : 1;
        double way = Kind == ScheduleKind.Constant ? 0 : Math.Clamp((double)(step - From) / (Until - From), 0, 1);
        double fall = Kind == ScheduleKind.Cosine ? (1 - Math.Cos(Math.PI * way)) / 2 : way;
        return rise * (1 - ((1 - Final) * fall));
    }
}
