using Cluster.Contracts;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Cluster.Grains;

/// <summary>A run's doctor, and the places where people look for what it finds: events, metrics, the log.</summary>
internal sealed class RunFindings(Blueprint blueprint, string run, RunJournal journal, TrainingMeter meter, RunLog log)
{
    private readonly Doctor _doctor = new(blueprint.Rules);

    /// <summary>Forgets what came after a step.</summary>
    public void Rewind(long step) => _doctor.Rewind(step);

    /// <summary>Takes in a step's own figures.</summary>
    public void Begin(long step, IReadOnlyDictionary<string, double> figures) => _doctor.Begin(step, figures);

    /// <summary>Judges a row, and tells of what it finds.</summary>
    /// <param name="row">A row of the metrics.</param>
    /// <param name="traces">The attempt's.</param>
    public void Look(SignalRow row, StepTraces traces) => Announce(_doctor.Look(row), row.Step, traces);

    /// <summary>Judges what a run stumbled over.</summary>
    public void Look(NonFiniteException problem, long step, StepTraces traces) => Announce(_doctor.LookAt(problem), step, traces);

    private void Announce(IReadOnlyList<Finding> findings, long step, StepTraces traces)
    {
        foreach (Finding finding in findings)
        {
            journal.Event(finding, step);
            meter.Diagnosis(run, finding.Rule.Name, finding.Fault);
            log.Say(
                finding.Fault ? RunLog.Of(finding.Rule.Severity) : LogLevel.Information, traces.Attempt, null,
                string.Create(CultureInfo.InvariantCulture, $"step {step}: {finding.Rule.Name}: {finding.Text}{(finding.Suggestion.Length > 0 ? "; " : "")}{finding.Suggestion}"));
        }
    }
}
