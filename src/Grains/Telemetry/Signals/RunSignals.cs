using Cluster.Contracts;

namespace Cluster.Grains;

/// <summary>
/// The signals of an attempt: asks the actors for what they noted in the steps that report, and puts it together as figures. Asking
/// costs a message for each actor and row, while the device works on the steps ahead.
/// </summary>
/// <param name="blueprint">The run's.</param>
/// <param name="time">The clock.</param>
internal sealed class RunSignals(Blueprint blueprint, TimeProvider time)
{
    private readonly RunTotals _totals = new(time, (long)blueprint.File.Batch * blueprint.File.Replicas, blueprint.RolesTakeTurns);
    private readonly Dictionary<long, Dictionary<string, double>> _rows = [];
    private double? _checkpoint;

    /// <summary>Asks all actors, where one of some steps reports. Their arithmetic is done.</summary>
    /// <param name="workflow">The actors' workflow.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="first">The first step.</param>
    /// <param name="count">How many.</param>
    public async Task Gather(IWorkflow workflow, long attempt, long first, int count)
    {
        long[] reported = [.. Enumerable.Range(0, count).Select(i => first + i).Where(blueprint.IsReported)];
        if (reported.Length == 0)
        {
            return;
        }

        ActorSignals[] answers = await Together.All(workflow.Actors.Select(actor => actor.Signals(new StepId(attempt, first + count - 1))));
        _totals.Take(answers, first + count);
        foreach (var step in answers.SelectMany(answer => answer.Values).GroupBy(signal => signal.Step).Where(step => reported.Contains(step.Key)))
        {
            _rows[step.Key + 1] = blueprint.Summarize(new SignalSet([.. step])).ToDictionary(StringComparer.Ordinal);
        }
    }

    /// <summary>Tells how long the last checkpoint took.</summary>
    public void Checkpoint(double seconds) => _checkpoint = seconds;

    /// <summary>The row of a reported step, with its signals behind the workflow's figures.</summary>
    /// <param name="step">Steps completed.</param>
    /// <param name="figures">The workflow's.</param>
    public SignalRow Row(long step, IReadOnlyDictionary<string, double> figures)
    {
        Dictionary<string, double> row = new(figures, StringComparer.Ordinal);
        _rows.Remove(step, out Dictionary<string, double>? signals);
        foreach ((string name, double value) in (signals ?? []).Concat(_totals.Figures))
        {
            row[name] = value;
        }

        if (_checkpoint is { } seconds)
        {
            row["checkpointSeconds"] = seconds;
        }

        return new SignalRow(step, row, _totals.Straggler);
    }
}
