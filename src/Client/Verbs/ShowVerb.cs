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
        Command verb = new("show", "Show a run: state, last metrics, checkpoints, resolved experiment file") { RunArgument, Runs };
        verb.SetAction(parsed => Run(Flags.Find(parsed, RunArgument, Runs), terminal));
        return verb;
    }

    private static int Run(RunFolder folder, Terminal terminal)
    {
        RunOverview run = RunOverview.Read(folder);
        TextWriter to = terminal.Out;
        to.WriteLine($"run          {folder.Name}");
        to.WriteLine($"folder       {Folders.Shown(folder.Path)}");
        to.WriteLine($"state        {run.State}");
        if (run.File is { } file)
        {
            to.WriteLine($"step         {Text.Steps(run.Step, file.Steps)}");
            to.WriteLine($"updated      {Text.Time(file.Updated)}");
            to.WriteLine($"attempts     {file.Attempts}");
            if (file.Problem is { } problem)
            {
                to.WriteLine($"problem      {problem}");
            }
        }

        if (MetricsRow.Last(folder) is { } row)
        {
            to.WriteLine($"metrics      {string.Join("  ", [$"step {row.Step}", .. Text.Figures(row.Figures), Text.Rate(row.StepsPerSecond)])}");
        }

        IReadOnlyList<string> checkpoints = RunOverview.Checkpoints(folder);
        to.WriteLine($"checkpoints  {(checkpoints.Count == 0 ? "none" : string.Join(", ", checkpoints))}");
        to.WriteLine($"sample       {(RunOverview.NewestSample(folder) is { } sample ? Folders.Shown(sample) : "none")}");
        if (run.State is RunOverview.Interrupted || run.File?.State is RunState.Paused or RunState.Failed)
        {
            to.WriteLine($"go on with   {Hint.Command("resume", folder)}");
        }

        to.WriteLine();
        to.WriteLine("# experiment.yaml, with every default");
        to.WriteLine(Experiment(folder).TrimEnd());
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
