using System.CommandLine;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Contracts.Runs;

namespace Cluster.Client;

/// <summary><c>cluster run FILE</c>: a new run of an experiment file.</summary>
internal static class RunVerb
{
    private static readonly Argument<string> FileArgument = new("FILE") { Description = "The experiment file (YAML)" };

    private static readonly Option<string[]> Set = new("--set")
    {
        Description = "Override a key of the file, as in --set optimizer.learningRate=0.001; may be given again",
        HelpName = "key=value",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<bool> Watch = Flags.Watch();
    private static readonly Option<string?> Data = Flags.Data();
    private static readonly Option<string> Runs = Flags.Runs();
    private static readonly Option<int?> Priority = Flags.Priority();
    private static readonly Option<string?> Owner = Flags.Owner();
    private static readonly Option<bool> Detach = Flags.Detach();

    /// <summary>The verb.</summary>
    public static Command Create(Terminal terminal)
    {
        Command verb = new("run", "Train a model from an experiment file") { FileArgument, Set, Watch, Data, Runs, Flags.Connect, Priority, Owner, Detach };
        verb.SetAction((parsed, _) => Run(parsed, terminal));
        return verb;
    }

    private static async Task<int> Run(ParseResult parsed, Terminal terminal)
    {
        ExperimentFile file = ExperimentFile.Load(parsed.GetRequiredValue(FileArgument), parsed.GetRequiredValue(Set));
        if (parsed.GetValue(Flags.Connect) is not null)
        {
            return await Submit(file, parsed, terminal);
        }

        string runs = Folders.Runs(parsed.GetRequiredValue(Runs));
        string? data = Folders.Data(parsed.GetValue(Data));
        RunFolder folder = RunFolder.Next(runs, file.Name);
        using StopSignals stop = new();
        await using ClusterLink cluster = await ClusterLink.Open(parsed, runs, data);
        await using IAsyncDisposable? dashboard = await Pages.Open(parsed.GetValue(Watch), cluster, folder, terminal);
        IExperimentGrain run = cluster.Experiment(folder.Name);
        return await Training.Follow(folder, cluster, await run.Start(file.ToYaml()), stop, terminal, watched: dashboard is not null);
    }

    private static async Task<int> Submit(ExperimentFile file, ParseResult parsed, Terminal terminal)
    {
        ClusterLink.Refuse(parsed, Runs, Data);
        int priority = Flags.PriorityOf(parsed, Priority) ?? 0;
        using StopSignals stop = new();
        await using ClusterLink cluster = await ClusterLink.Open(parsed, "", null);
        if (parsed.GetValue(Watch))
        {
            throw Pages.Elsewhere();
        }

        RunOverview run = await cluster.Whole!.Submit(file.Name, file.ToYaml(), priority, Flags.OwnerOf(parsed, Owner));
        return await Training.FollowQueued(run, cluster, parsed.GetValue(Detach), stop, terminal);
    }
}
