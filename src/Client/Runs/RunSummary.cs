using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Client;

/// <summary>The last words on a run: what came out, where it is, and the command that goes on.</summary>
internal static class RunSummary
{
    /// <summary>Of a run that reached its last step.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="end">Its last status, with the mean rate.</param>
    /// <param name="time">How long this process trained it.</param>
    /// <param name="terminal">Where to tell.</param>
    public static int Finished(RunFolder folder, RunStatus end, TimeSpan time, Terminal terminal)
    {
        terminal.Out.WriteLine($"{folder.Name} finished: {end.Steps} steps, {Text.Duration(time)}, {Text.Rate(end.StepsPerSecond)}");
        if (end.Figures.Count > 0)
        {
            terminal.Out.WriteLine($"  {string.Join("  ", Text.Figures(end.Figures))}");
        }

        terminal.Out.WriteLine($"  folder      {Folders.Shown(folder.Path)}");
        RunOverview run = RunOverview.Read(folder);
        if (run.Sample is { } sample)
        {
            terminal.Out.WriteLine($"  samples     {Folders.Shown(sample)}");
        }

        if (run.Checkpoints is [.., var newest])
        {
            terminal.Out.WriteLine($"  checkpoint  {Folders.Shown(Path.Combine(folder.Checkpoints, newest))}");
        }

        terminal.Out.WriteLine($"Draw more samples with: {Hint.Command("sample", folder, "--seed 1 -o samples.png")}");
        return ExitCode.Success;
    }

    /// <summary>Of a run that was asked to pause.</summary>
    public static int Paused(RunFolder folder, RunStatus end, Terminal terminal)
    {
        string checkpoint = end.Checkpoint == end.Step ? "with a checkpoint" : "before its first step";
        terminal.Out.WriteLine($"{(end.State == RunState.Cancelled ? "Cancelled" : "Paused")} at step {end.Step} {checkpoint}. Go on with: {Hint.Command("resume", folder)}");
        return ExitCode.Interrupted;
    }

    /// <summary>Of a run that stopped by an error.</summary>
    public static int Failed(RunFolder folder, RunStatus end, Terminal terminal)
    {
        terminal.Error.WriteLine($"error: run {folder.Name} {Text.State(end.State)} at step {end.Step}: {end.Problem}");
        terminal.Error.WriteLine($"What happened is in {Folders.Shown(folder.Events)}");
        return ExitCode.FailedRun;
    }
}
