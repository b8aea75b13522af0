using Cluster.Contracts.Experiments;

namespace Cluster.Grains;

/// <summary>What an experiment file asks for after which step. Steps are counted as completed.</summary>
internal sealed class StepPlan(ExperimentFile file)
{
    /// <summary>With two, the device has work while one is reported.</summary>
    private const int LeastAhead = 2;

    /// <summary>The most steps whose messages are under way.</summary>
    public const int MostAhead = 64;

    public bool IsSampled(long step) => Due(step, file.Sample.Every);

    public bool IsSaved(long step) => Due(step, file.Checkpoint.Every);

    public bool HasRow(long step) => Due(step, file.Metrics.Every);

    /// <summary>The next step after which a picture or a checkpoint is taken: nothing runs ahead of it.</summary>
    public long NextStop(long step)
    {
        long stop = file.Steps;
        foreach (long every in new long[] { file.Sample.Every, file.Checkpoint.Every })
        {
            stop = every > 0 ? Math.Min(stop, ((step / every) + 1) * every) : stop;
        }

        return stop;
    }

    /// <summary>
    /// How many steps' messages may be under way: about a quarter of a second of work. Messages run ahead of the arithmetic,
    /// many at a time, so that the device never waits for them and is seldom disturbed by them; no value depends on it.
    /// </summary>
    public static long Ahead(double stepsPerSecond) => Math.Clamp((long)(stepsPerSecond / 4), LeastAhead, MostAhead);

    /// <summary>The last step has all.</summary>
    private bool Due(long step, long every) => step == file.Steps || (every > 0 && step % every == 0);
}
