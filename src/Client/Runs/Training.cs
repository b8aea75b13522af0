using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Client;

/// <summary>Follows a run that trains, from its start to its end or to a pause.</summary>
internal static class Training
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(150);

    /// <summary>Watches, then says how it ended.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="cluster">Who trains it. A cluster of other processes goes on when this one leaves.</param>
    /// <param name="begun">What it answered when it was started.</param>
    /// <param name="stop">Asks for a pause.</param>
    /// <param name="terminal">Where to tell.</param>
    /// <param name="watched">Whether pages with buttons stand open: a run that they pause can go on from there.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> Follow(RunFolder folder, ClusterLink cluster, RunStatus begun, StopSignals stop, Terminal terminal, bool watched = false)
    {
        IExperimentGrain run = cluster.Experiment(folder.Name);
        bool remote = cluster.Whole is not null;
        string? said = null;
        TimeProvider time = TimeProvider.System;
        long start = time.GetTimestamp();
        Pace? pace = null;
        terminal.Out.WriteLine($"{folder.Name}: training to step {begun.Steps} in {Folders.Shown(folder.Path)}");
        IProgressView view = terminal.Live ? new LiveProgress(terminal) : new PlainProgress(terminal.Out, time);
        RunStatus end = await view.Show(async tell =>
        {
            RunStatus status = begun;
            bool asked = false, rests = false;
            while (!IsOver(status.State) || (watched && status.State == RunState.Paused && !stop.Asked.IsCompleted))
            {
                if (rests != (status.State == RunState.Paused))
                {
                    rests = !rests;
                    pace = null; // the rest is no training
                    view.Say(rests ? "Paused with a checkpoint; Resume in the dashboard goes on, Ctrl-C leaves" : "Goes on");
                }

                if (remote && stop.Asked.IsCompleted)
                {
                    break;
                }

                if (!asked && stop.Asked.IsCompleted)
                {
                    asked = true;
                    view.Say("Pausing after this step with a checkpoint; Ctrl-C again leaves at once");
                    await run.Pause();
                }

                await (asked ? Task.Delay(Poll) : Task.WhenAny(stop.Asked, Task.Delay(Poll)));
                status = remote ? await Patience.Ask(run.Status) : await run.Status();
                if (status.State == RunState.Queued && status.Problem is { } reason && reason != said)
                {
                    view.Say(said = reason);
                }

                // A resumed run knows where it goes on only once its actors are open.
                pace ??= status.Figures.Count > 0 ? new Pace(time, status.Step) : null;
                tell(status);
            }

            return status;
        });

        if (!IsOver(end.State))
        {
            terminal.Out.WriteLine($"{folder.Name} goes on in the cluster. Stop it with: {Hint.Command("pause", folder)}");
            return ExitCode.Interrupted;
        }

        return end.State switch
        {
            RunState.Finished => RunSummary.Finished(folder, end with { StepsPerSecond = pace?.Until(end.Step) ?? end.StepsPerSecond }, time.GetElapsedTime(start), terminal),
            RunState.Paused or RunState.Cancelled => RunSummary.Paused(folder, end, terminal),
            _ => RunSummary.Failed(folder, end, terminal),
        };
    }

    /// <summary>Follows a run that a cluster has in its queue.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cluster">The cluster.</param>
    /// <param name="detach">Whether to leave at once.</param>
    /// <param name="stop">Ends the following; the run goes on.</param>
    /// <param name="terminal">Where to tell.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> FollowQueued(RunOverview run, ClusterLink cluster, bool detach, StopSignals stop, Terminal terminal)
    {
        RunFolder folder = ClusterLink.FolderOf(run);
        if (!detach)
        {
            return await Follow(folder, cluster, await Patience.Ask(cluster.Experiment(run.Name).Status), stop, terminal);
        }

        terminal.Out.WriteLine($"{run.Name}: handed in. See how it goes with: {Hint.Command("show", folder)}");
        return ExitCode.Success;
    }

    private static bool IsOver(RunState state) => state is RunState.Finished or RunState.Paused or RunState.Failed or RunState.Cancelled;

    /// <summary>The mean rate since a step.</summary>
    private sealed class Pace(TimeProvider time, long from)
    {
        private readonly long _since = time.GetTimestamp();

        /// <summary>Steps per second up to a step; null where it is none further.</summary>
        public double? Until(long step) => step > from ? (step - from) / time.GetElapsedTime(_since).TotalSeconds : null;
    }
}
