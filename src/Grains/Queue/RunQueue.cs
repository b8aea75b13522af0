using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Contracts.Runs;

namespace Cluster.Grains;

/// <summary>The files by which a run stands in its cluster's queue.</summary>
internal static class RunQueue
{
    /// <summary>Makes the folder of a new run that waits.</summary>
    /// <exception cref="InputException">It exists, or cannot be written.</exception>
    public static void Submit(RunFolder folder, string experiment, RunTicket ticket, TimeProvider time)
    {
        long steps = ExperimentFile.Parse(experiment, "experiment.yaml").Steps;
        using (RunFiles.Create(folder, experiment))
        {
            ticket.Write(folder);
        }

        // With its state the queue sees it, and one that is held counts as one that trains.
        new RunStateFile(RunState.Queued, 0, steps, -1, 0, time.GetUtcNow(), null).Write(folder);
    }

    /// <summary>Puts a run that has stopped back.</summary>
    /// <exception cref="InputException">It has finished, or trains.</exception>
    public static void Requeue(RunFolder folder, int? priority, TimeProvider time)
    {
        RunStateFile state = RunStateFile.Read(folder)
            ?? new RunStateFile(RunState.Queued, 0, ExperimentFile.Parse(File.ReadAllText(folder.Experiment), folder.Experiment).Steps, -1, 0, time.GetUtcNow(), null);
        if (state.State == RunState.Finished)
        {
            throw new InputException($"run {folder.Name} has finished all {state.Steps} steps: there is nothing to resume");
        }

        using RunLock held = RunLock.Take(folder);
        RunTicket? before = RunTicket.Read(folder);
        new RunTicket(priority ?? before?.Priority ?? 0, before?.Submitted ?? time.GetUtcNow(), before?.Owner ?? "").Write(folder);
        (state with { State = RunState.Queued, Problem = null, Updated = time.GetUtcNow() }).Write(folder);
    }

    /// <summary>Writes down which devices a run has; none for null.</summary>
    public static void Give(RunFolder folder, RunLease? lease)
    {
        if (lease is null)
        {
            RunLease.Remove(folder);
        }
        else
        {
            lease.Write(folder);
        }
    }
}
