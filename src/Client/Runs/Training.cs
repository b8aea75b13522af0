using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Client;

/// <summary>Follows a run that trains, from its start to its end or to a pause.</summary>
internal static class Training
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(150);

    /// <summary>Watches, then says how it ended.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="run">Its actor.</param>
    /// <param name="begun">What it answered when it was started.</param>
    /// <param name="stop">Asks for a pause.</param>
    /// <param name="terminal">Where to tell.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> Follow(RunFolder folder, IExperimentGrain run, RunStatus begun, StopSignals stop, Terminal terminal)
    {
        TimeProvider time = TimeProvider.System;
        long start = time.GetTimestamp();
        Pace? pace = null;
        terminal.Out.WriteLine($"{folder.Name}: training to step {begun.Steps} in {Folders.Shown(folder.Path)}");
        IProgressView view = terminal.Live ? new LiveProgress(terminal) : new PlainProgress(terminal.Out, time);
        RunStatus end = await view.Show(async tell =>
        {
            RunStatus status = begun;
            bool asked = false;
            while (!IsOver(status.State))
            {
                if (!asked && stop.Asked.IsCompleted)
                {
                    asked = true;
                    view.Say("Pausing after this step with a checkpoint; Ctrl-C again leaves at once");
                    await run.Pause();
                }

                await (asked ? Task.Delay(Poll) : Task.WhenAny(stop.Asked, Task.Delay(Poll)));
                status = await run.Status();

                // A resumed run knows where it goes on only once its actors are open.
                pace ??= status.Figures.Count > 0 ? new Pace(time, status.Step) : null;
                tell(status);
            }

            return status;
        });

        return end.State switch
        {
            RunState.Finished => RunSummary.Finished(folder, end with { StepsPerSecond = pace?.Until(end.Step) ?? end.StepsPerSecond }, time.GetElapsedTime(start), terminal),
            RunState.Paused => RunSummary.Paused(folder, end, terminal),
            _ => RunSummary.Failed(folder, end, terminal),
        };
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
