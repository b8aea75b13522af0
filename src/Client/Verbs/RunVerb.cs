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

    /// <summary>The verb.</summary>
    public static Command Create(Terminal terminal)
    {
        Command verb = new("run", "Train a model from an experiment file") { FileArgument, Set, Watch, Data, Runs };
        verb.SetAction((parsed, _) => Run(parsed, terminal));
        return verb;
    }

    private static async Task<int> Run(ParseResult parsed, Terminal terminal)
    {
        ExperimentFile file = ExperimentFile.Load(parsed.GetRequiredValue(FileArgument), parsed.GetRequiredValue(Set));
        string runs = Folders.Runs(parsed.GetRequiredValue(Runs));
        string? data = Folders.Data(parsed.GetValue(Data));
        RunFolder folder = RunFolder.Next(runs, file.Name);
        using StopSignals stop = new();
        await using IAsyncDisposable? dashboard = await Pages.Open(parsed.GetValue(Watch), folder, terminal);
        await using LocalCluster cluster = await LocalCluster.Start(runs, data, parsed.GetValue(Flags.Verbose));
        IExperimentGrain run = cluster.Experiment(folder);
        return await Training.Follow(folder, run, await run.Start(file.ToYaml()), stop, terminal);
    }
}
