using System.CommandLine;
using System.Globalization;
using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Client;

/// <summary><c>cluster status</c>: silos, devices, actors and experiments of a cluster.</summary>
internal static class StatusVerb
{
    /// <summary>The verb.</summary>
    public static Command Create(Terminal terminal)
    {
        Command verb = new("status", $"Show a cluster's silos, devices, actors and runs (default: that of {ClusterFile.DefaultFolder})") { Flags.Connect };
        verb.SetAction((parsed, _) => Run(parsed, terminal));
        return verb;
    }

    private static async Task<int> Run(ParseResult parsed, Terminal terminal)
    {
        await using RemoteCluster cluster = await Open(parsed);
        ClusterOverview overview = await Patience.Ask(() => cluster.Whole.Overview());
        terminal.Out.WriteLine($"cluster {overview.Name}: {overview.Silos.Count} silos, {overview.Runs.Count(run => run.State is "running" or "recovering")} of at most {overview.Limit} runs train, runs in {Folders.Shown(overview.RunsFolder)}");
        terminal.Out.WriteLine();
        TextTable.Write(terminal.Out, [["SILO", "POOL", "STATE", "CLIENTS", "HTTP", "CPUS", "MEMORY", "CUDA", "ACTORS", "CARRIES"], .. overview.Silos.Select(Row)]);
        string[][] devices =
        [
            .. from silo in overview.Silos
               from cuda in silo.Cuda
               select (string[])[silo.Name, cuda.Name, cuda.MemoryBytes > 0 ? $"{cuda.MemoryBytes >> 20} MiB" : "-", cuda.Model.Length > 0 ? cuda.Model : "-", cuda.Run ?? "free"],
        ];
        if (devices.Length > 0)
        {
            terminal.Out.WriteLine();
            TextTable.Write(terminal.Out, [["SILO", "DEVICE", "MEMORY", "MODEL", "RUN"], .. devices]);
        }

        string[][] actors = [.. from silo in overview.Silos from actor in silo.Actors.OrderBy(each => each.Key, StringComparer.Ordinal) select (string[])[actor.Key, actor.Value.ToString(CultureInfo.InvariantCulture), silo.Name]];
        if (actors.Length > 0)
        {
            terminal.Out.WriteLine();
            TextTable.Write(terminal.Out, [["ACTORS", "COUNT", "SILO"], .. actors]);
        }

        Restarts(parsed, terminal);
        terminal.Out.WriteLine();
        if (overview.Runs.Count == 0)
        {
            terminal.Out.WriteLine("no run trains or waits");
            return ExitCode.Success;
        }

        TextTable.Write(terminal.Out, [["RUN", "STATE", "OWNER", "STEP", "CHECKPOINT", "WHY"], .. overview.Runs.Select(run => (string[])
        [
            run.Name, run.State, run.Owner ?? "-", Text.Steps(run.Step, run.Steps), run.Checkpoints.LastOrDefault() ?? "-", run.Problem ?? "",
        ])]);
        return ExitCode.Success;
    }

    /// <summary>The cluster that is meant: that of <c>--connect</c>, else that of the folder here.</summary>
    public static Task<RemoteCluster> Open(ParseResult parsed)
    {
        string? address = parsed.GetValue(Flags.Connect);
        if (address is null && ClusterFile.Read(ClusterFile.DefaultFolder) is null)
        {
            throw new InputException($"no cluster was started in {ClusterFile.DefaultFolder}; name one with --connect HOST:PORT, or start one with: {Hint.Program} up");
        }

        return RemoteCluster.Open(address ?? ClusterFile.DefaultFolder, parsed.GetValue(Flags.Verbose));
    }

    /// <summary>Silos of this machine's own cluster that died and were started again, or are about to be.</summary>
    private static void Restarts(ParseResult parsed, Terminal terminal)
    {
        string folder = parsed.GetValue(Flags.Connect) ?? ClusterFile.DefaultFolder;
        foreach (SiloProcess silo in ClusterFile.Read(folder)?.Silos ?? [])
        {
            bool runs = silo.Runs(folder);
            if (silo.Process.Starts > 0 || !runs)
            {
                terminal.Out.WriteLine();
                terminal.Out.WriteLine($"{silo.Name} {(runs ? "runs" : silo.IsKept(folder) ? "is down and will be started again" : "has left")}; started again {silo.Process.Starts} times so far; its log is {Folders.Shown(silo.Log)}");
            }
        }
    }

    private static string[] Row(SiloReport silo) =>
    [
        silo.Name,
        silo.Pool.Length > 0 ? silo.Pool : "-",
        silo.Draining ? "draining" : "active",
        silo.Gateway,
        silo.Http,
        silo.Cpus.ToString(CultureInfo.InvariantCulture),
        string.Create(CultureInfo.InvariantCulture, $"{silo.ResidentBytes / 1048576}/{silo.MemoryBytes / 1048576} MiB"),
        silo.Cuda.Count == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{silo.Cuda.Count(cuda => cuda.Run is null)} of {silo.Cuda.Count} free"),
        silo.Actors.Values.Sum().ToString(CultureInfo.InvariantCulture),
        silo.Runs.Count == 0 ? "-" : string.Join(", ", silo.Runs),
    ];
}
