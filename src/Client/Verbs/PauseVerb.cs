using System.CommandLine;
using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Client;

/// <summary><c>cluster pause RUN</c> and <c>cluster cancel RUN</c>: stop a run of a cluster with a checkpoint.</summary>
internal static class PauseVerb
{
    private static readonly Argument<string> RunArgument = new("RUN") { Description = "A run's name" };
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>The verb <c>pause</c>.</summary>
    public static Command Create(Terminal terminal) => Create(
        "pause", "Stop a run of a cluster after its present step, with a checkpoint; resume goes on", cancel: false, terminal);

    /// <summary>The verb <c>cancel</c>.</summary>
    public static Command CreateCancel(Terminal terminal) => Create(
        "cancel", "Give a run of a cluster up, with a checkpoint of its present step", cancel: true, terminal);

    private static Command Create(string name, string about, bool cancel, Terminal terminal)
    {
        Command verb = new(name, about) { RunArgument, Flags.Connect };
        verb.SetAction((parsed, cancellation) => Run(parsed, cancel, terminal, cancellation));
        return verb;
    }

    private static async Task<int> Run(ParseResult parsed, bool cancel, Terminal terminal, CancellationToken cancellation)
    {
        await using RemoteCluster cluster = await StatusVerb.Open(parsed);
        RunOverview found = await cluster.Whole.Run(parsed.GetRequiredValue(RunArgument));
        if (found.State == "finished")
        {
            throw new InputException($"run {found.Name} has finished all {found.Steps} steps: there is nothing to stop");
        }

        IExperimentGrain run = cluster.Experiment(found.Name);
        await Patience.Ask(async () =>
        {
            await (cancel ? run.Cancel() : run.Pause());
            return true;
        });
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        RunStatus status = await Patience.Ask(run.Status);
        while (status.State is RunState.Running or RunState.Recovering or RunState.Queued)
        {
            await Task.Delay(100, limit.Token);
            status = await Patience.Ask(run.Status);
        }

        terminal.Out.WriteLine($"{found.Name} is {Text.State(status.State)} at step {Text.Steps(status.Step, status.Steps)}"
            + (status.State == RunState.Finished ? "" : $". Go on with: {Hint.Program} resume {found.Name} --connect {Hint.Quoted(cluster.Address)}"));
        return status.State == (cancel ? RunState.Cancelled : RunState.Paused) || status.State == RunState.Finished ? ExitCode.Success : ExitCode.FailedRun;
    }
}
