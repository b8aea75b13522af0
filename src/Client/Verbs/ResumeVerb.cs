using System.CommandLine;
using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Client;

/// <summary><c>cluster resume RUN</c>: goes on with a run that was paused, failed or killed.</summary>
internal static class ResumeVerb
{
    private static readonly Argument<string> RunArgument = Flags.Run();
    private static readonly Option<bool> Watch = Flags.Watch();
    private static readonly Option<string?> Data = Flags.Data();
    private static readonly Option<string> Runs = Flags.Runs();
    private static readonly Option<int?> Priority = Flags.Priority();
    private static readonly Option<bool> Detach = Flags.Detach();

    /// <summary>The verb.</summary>
    public static Command Create(Terminal terminal)
    {
        Command verb = new("resume", "Go on with a run from its newest checkpoint") { RunArgument, Watch, Data, Runs, Flags.Connect, Priority, Detach };
        verb.SetAction((parsed, _) => Run(parsed, terminal));
        return verb;
    }

    private static async Task<int> Run(ParseResult parsed, Terminal terminal)
    {
        using StopSignals stop = new();
        (RunFolder folder, ClusterLink cluster) = await ClusterLink.Find(parsed, RunArgument, Runs, Data);
        await using ClusterLink open = cluster;
        await using IAsyncDisposable? dashboard = await Pages.Open(parsed.GetValue(Watch), cluster, folder, terminal);
        return cluster.Whole is { } whole
            ? await Training.FollowQueued(await whole.Requeue(folder.Name, Flags.PriorityOf(parsed, Priority)), cluster, parsed.GetValue(Detach), stop, terminal)
            : await Training.Follow(folder, cluster, await cluster.Experiment(folder.Name).Resume(), stop, terminal, watched: dashboard is not null);
    }
}
