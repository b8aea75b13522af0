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

    /// <summary>The verb.</summary>
    public static Command Create(Terminal terminal)
    {
        Command verb = new("resume", "Go on with a run from its newest checkpoint") { RunArgument, Watch, Data, Runs };
        verb.SetAction((parsed, _) => Run(parsed, terminal));
        return verb;
    }

    private static async Task<int> Run(ParseResult parsed, Terminal terminal)
    {
        RunFolder folder = Flags.Find(parsed, RunArgument, Runs);
        string? data = Folders.Data(parsed.GetValue(Data));
        using StopSignals stop = new();
        await using IAsyncDisposable? dashboard = await Pages.Open(parsed.GetValue(Watch), folder, terminal);
        await using LocalCluster cluster = await LocalCluster.Start(folder.Root, data, parsed.GetValue(Flags.Verbose));
        IExperimentGrain run = cluster.Experiment(folder);
        return await Training.Follow(folder, run, await run.Resume(), stop, terminal);
    }
}
