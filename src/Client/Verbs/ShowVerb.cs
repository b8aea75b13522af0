using System.CommandLine;
using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Client;

/// <summary><c>cluster show RUN</c>: its state, last metrics, checkpoints and the resolved experiment file.</summary>
internal static class ShowVerb
{
    private static readonly Argument<string> RunArgument = Flags.Run();
    private static readonly Option<string> Runs = Flags.Runs();

    /// <summary>The verb.</summary>
    public static Command Create(Terminal terminal)
    {
        Command verb = new("show", "Show a run: state, last metrics, checkpoints, resolved experiment file") { RunArgument, Runs, Flags.Connect };
        verb.SetAction((parsed, _) => Run(parsed, terminal));
        return verb;
    }

    private static async Task<int> Run(ParseResult parsed, Terminal terminal)
    {
        if (parsed.GetValue(Flags.Connect) is { } address)
        {
            ClusterLink.Refuse(parsed, Runs);
            await using RemoteCluster cluster = await RemoteCluster.Open(address, parsed.GetValue(Flags.Verbose));
            RunOverview run = await cluster.Whole.Run(parsed.GetRequiredValue(RunArgument));
            return Show(run, await cluster.Whole.Experiment(run.Name), $"{Hint.Program} resume {run.Name} --connect {Hint.Quoted(address)}", terminal);
        }

        RunFolder folder = Flags.Find(parsed, RunArgument, Runs);
        return Show(RunOverview.Read(folder), Experiment(folder), Hint.Command("resume", folder), terminal);
    }

    private static int Show(RunOverview run, string experiment, string resume, Terminal terminal)
    {
        TextWriter to = terminal.Out;
        to.WriteLine($"run          {run.Name}");
        to.WriteLine($"folder       {Folders.Shown(run.Folder)}");
        to.WriteLine($"state        {run.State}");
        if (run.Updated is { } updated)
        {
            to.WriteLine($"step         {Text.Steps(run.Step, run.Steps)}");
            to.WriteLine($"updated      {Text.Time(updated)}");
            to.WriteLine($"attempts     {run.Attempts}");
            if (run.Problem is { } problem)
            {
                to.WriteLine($"{(run.State == "queued" ? "why" : "problem"),-11}  {problem}");
            }
        }

        if (run.Priority is { } priority)
        {
            to.WriteLine($"queue        priority {priority}{(run.Owner is { } owner ? $", owner {owner}" : "")}");
        }

        if (run.Devices is { Count: > 0 } devices)
        {
            to.WriteLine($"places       {string.Join(", ", devices)}");
        }

        if (run.Metrics is { } row)
        {
            to.WriteLine($"metrics      {string.Join("  ", [$"step {row.Step}", .. Text.Figures(row.Figures), Text.Rate(row.StepsPerSecond)])}");
        }

        to.WriteLine($"checkpoints  {(run.Checkpoints.Count == 0 ? "none" : string.Join(", ", run.Checkpoints))}");
        to.WriteLine($"sample       {(run.Sample is { } sample ? Folders.Shown(sample) : "none")}");
        if (run.CanResume)
        {
            to.WriteLine($"go on with   {resume}");
        }

        to.WriteLine();
        to.WriteLine("# experiment.yaml, with every default");
        to.WriteLine(experiment.TrimEnd());
        return ExitCode.Success;
    }

    private static string Experiment(RunFolder folder)
    {
        try
        {
            return File.ReadAllText(folder.Experiment);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{folder.Experiment} cannot be read: {problem.Message}");
        }
    }
}
