using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Grains;

/// <summary>How far a run is: what its attempts share, and what people and <c>run.json</c> are told.</summary>
/// <param name="steps">Steps that the file asks for.</param>
/// <param name="time">Of the rate.</param>
/// <param name="best">The figure by which checkpoints are compared; empty for none.</param>
/// <param name="before">What a run that goes on had come to.</param>
internal sealed class RunProgress(long steps, TimeProvider time, string best, RunStateFile? before)
{
    public RunState State { get; set; } = RunState.Running;

    /// <summary>Attempts that were begun, those before a resumption among them.</summary>
    public long Attempt { get; set; } = before?.Attempts ?? 0;

    /// <summary>What the run will be when it has stopped: paused, cancelled, or queued to go on elsewhere; null where nobody asked it to stop.</summary>
    public RunState? Rest { get; private set; }

    public bool IsStopping => Rest is not null;

    /// <summary>Steps that are complete.</summary>
    public long Step { get; set; }

    /// <summary>The step of the newest checkpoint; −1 for none.</summary>
    public long Checkpoint { get; set; } = -1;

    /// <summary>What ended the run; null where nothing did.</summary>
    public string? Problem { get; set; }

    /// <summary>Steps that are not trained on again, for what they gave.</summary>
    public SortedSet<long> LeftOut { get; } = [.. before?.LeftOut ?? []];

    /// <summary>Of the last step that is complete.</summary>
    public IReadOnlyDictionary<string, double> Figures { get; private set; } = new Dictionary<string, double>();

    /// <summary>Steps per second lately.</summary>
    public StepRate Rate { get; } = new(time);

    /// <summary>The mean, since the last checkpoint, of the figure by which checkpoints are compared.</summary>
    public FigureMean Best { get; } = new(best);

    /// <summary>One step more is complete.</summary>
    public void Advance(IReadOnlyDictionary<string, double> figures)
    {
        Figures = figures;
        Step++;
        Rate.Mark(Step);
        Best.Add(figures);
    }

    /// <summary>Asks the run to stop after the present step. Who asked for a pause gets one, though the silo leaves as well.</summary>
    public void Stop(RunState rest) => Rest = rest == RunState.Queued ? Rest ?? rest : rest;

    /// <summary>How long some steps take at the present rate; zero where it is not known.</summary>
    public TimeSpan Time(long count) => Rate.Usual > 0 ? TimeSpan.FromSeconds(count / Rate.Usual) : TimeSpan.Zero;

    /// <summary>What people see.</summary>
    public RunStatus Status(RunState shown) => new(shown, Step, steps, Checkpoint, Rate.StepsPerSecond, Figures, Problem);

    /// <summary>What is kept on disk.</summary>
    public RunStateFile File(DateTimeOffset now) =>
        new(State, Step, steps, Checkpoint, Attempt, now, Problem, LeftOut.Count > 0 ? [.. LeftOut] : null);
}
