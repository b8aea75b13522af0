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
        Command verb = new("runs", "List all runs") { Runs, Flags.Connect };
        verb.SetAction((parsed, _) => Run(parsed, terminal));
        return verb;
    }

    private static async Task<int> Run(ParseResult parsed, Terminal terminal)
    {
        string where;
        IReadOnlyList<RunOverview> runs;
        if (parsed.GetValue(Flags.Connect) is { } address)
        {
            ClusterLink.Refuse(parsed, Runs);
            await using RemoteCluster cluster = await RemoteCluster.Open(address, parsed.GetValue(Flags.Verbose));
            (where, runs) = ($"the cluster at {address}", await Patience.Ask(() => cluster.Whole.Runs()));
        }
        else
        {
            string root = Folders.Runs(parsed.GetRequiredValue(Runs));
            (where, runs) = (Folders.Shown(root), [.. RunFolder.List(root).Select(RunOverview.Read)]);
        }

        if (runs.Count == 0)
        {
            terminal.Out.WriteLine($"No runs in {where}. Start one with: {Hint.Program} run examples/gan-digits.yaml");
            return ExitCode.Success;
        }

        // Why a run waits, or failed, where one does.
        bool why = runs.Any(run => run.Problem is not null);
        TextTable.Write(terminal.Out, [["NAME", "STATE", "STEP", "UPDATED", "CHECKPOINT", .. why ? ["WHY"] : Array.Empty<string>()], .. runs.Select(run => Row(run, why))]);
        return ExitCode.Success;
    }

    private static string[] Row(RunOverview run, bool why) =>
    [
        run.Name,
        run.State,
        run.Updated is null ? run.Step.ToString(CultureInfo.InvariantCulture) : Text.Steps(run.Step, run.Steps),
        run.Updated is { } updated ? Text.Time(updated) : "-",
        run.Checkpoints.LastOrDefault() ?? "-",
        .. why ? [run.Problem ?? ""] : Array.Empty<string>(),
    ];
}
