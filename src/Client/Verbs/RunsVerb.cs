using System.CommandLine;
using System.Globalization;
using Cluster.Contracts.Runs;

namespace Cluster.Client;

/// <summary><c>cluster runs</c>: all runs with their state.</summary>
internal static class RunsVerb
{
    private static readonly Option<string> Runs = Flags.Runs();

    /// <summary>The verb.</summary>
    public static Command Create(Terminal terminal)
    {
        Command verb = new("runs", "List all runs") { Runs };
        verb.SetAction(parsed => Run(Folders.Runs(parsed.GetRequiredValue(Runs)), terminal));
        return verb;
    }

    private static int Run(string root, Terminal terminal)
    {
        IReadOnlyList<RunFolder> runs = RunFolder.List(root);
        if (runs.Count == 0)
        {
            terminal.Out.WriteLine($"No runs in {Folders.Shown(root)}. Start one with: {Hint.Program} run examples/gan-digits.yaml");
            return ExitCode.Success;
        }

        TextTable.Write(terminal.Out, [["NAME", "STATE", "STEP", "UPDATED", "CHECKPOINT"], .. runs.Select(Row)]);
        return ExitCode.Success;
    }

    private static string[] Row(RunFolder folder)
    {
        RunOverview run = RunOverview.Read(folder);
        return
        [
            folder.Name,
            run.State,
            run.File is null ? run.Step.ToString(CultureInfo.InvariantCulture) : Text.Steps(run.Step, run.File.Steps),
            run.File is null ? "-" : Text.Time(run.File.Updated),
            RunOverview.Checkpoints(folder).LastOrDefault() ?? "-",
        ];
    }
}
