using System.CommandLine;
using System.Diagnostics;
using Cluster.Contracts;

namespace Cluster.Client;

/// <summary><c>cluster down</c>: ends the cluster of <c>cluster up</c>; its runs are checkpointed and wait.</summary>
internal static class DownVerb
{
    private static readonly Option<double> Grace = new("--grace")
    {
        Description = "Seconds that the silos have for checkpoints; then they are killed",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => 40,
    };

    /// <summary>The verb.</summary>
    public static Command Create(Terminal terminal)
    {
        Command verb = new("down", "End the cluster of this machine; its runs are checkpointed, and go on after the next up") { UpVerb.Folder, Grace };
        verb.SetAction((parsed, cancellation) => Run(parsed, terminal, cancellation));
        return verb;
    }

    private static async Task<int> Run(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        string folder = Folders.Full("--folder", parsed.GetRequiredValue(UpVerb.Folder));
        ClusterFile cluster = ClusterFile.Read(folder)
            ?? throw new InputException($"no cluster was started in {Folders.Shown(folder)}; start one with: {UpVerb.Command("up", folder)}");
        SiloProcess[] there = [.. cluster.Silos.Where(silo => silo.Runs(folder) || silo.IsKept(folder))];

        // Without this file no silo is started again.
        File.Delete(Path.Combine(folder, ClusterFile.Name));
        foreach (SiloProcess silo in there)
        {
            silo.Signal(15);
        }

        long since = Stopwatch.GetTimestamp();
        TimeSpan grace = TimeSpan.FromSeconds(Math.Clamp(parsed.GetValue(Grace), 0, 86400));
        while (there.Any(silo => silo.Runs(folder)) && Stopwatch.GetElapsedTime(since) < grace)
        {
            await Task.Delay(50, cancellation);
        }

        SiloProcess[] left = [.. there.Where(silo => silo.Runs(folder))];
        foreach (SiloProcess silo in left)
        {
            silo.Kill(folder);
            terminal.Error.WriteLine($"warning: {silo.Name} did not end within {grace.TotalSeconds:0} s and was killed");
        }

        foreach (SiloProcess silo in there.Where(silo => silo.IsKept(folder)))
        {
            silo.Kill(folder); // one that waited to start its silo again
        }

        terminal.Out.WriteLine($"{there.Length} silos ended");
        return ExitCode.Success;
    }
}
