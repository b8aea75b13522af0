using System.Diagnostics;
using System.Text.Json;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Contracts.Runs;
using Cluster.Silo;

namespace Cluster.Bench;

/// <summary>
/// From SIGKILL of the silo that carries a run, or of another, to the next completed step. The next kill waits until the
/// killed silo, which its keeper starts again, is back.
/// </summary>
internal static class KillRecovery
{
    private const string Experiment =
        """
        name: kill
        model: {kind: gan, latent: 16, generator: {hidden: [64]}, discriminator: {hidden: [64]}}
        data: digits
        steps: 10000000
        batch: 32
        threads: 1
        replicas: 2
        shards: 2
        checkpoint: {every: 500, keep: 2}
        metrics: {every: 1}
        sample: {every: 0}
        """;

    public static async Task<string> Measure(Flags flags)
    {
        string folder = flags.Text("folder") ?? ".cluster";
        bool carrier = flags.Text("victim") != "other";
        List<double> seconds = [];
        RunFolder? run = null;
        for (int kill = 0; kill < flags.Number("kills", 3); kill++)
        {
            LocalSilos here = LocalSilos.Read(folder);
            await using (ClusterConnection connection = await here.Connect())
            {
                IClusterGrain whole = connection.Grains.GetGrain<IClusterGrain>(0);
                ClusterOverview overview = await whole.Overview();
                run ??= new RunFolder(overview.RunsFolder, (await whole.Submit("kill", ExperimentFile.Parse(Experiment, "kill.yaml", []).ToYaml(), 0)).Name);
                await Until(run, Step(run) + 700);
                overview = await whole.Overview();

                // Another silo matters only where it has actors of the run.
                string name = overview.Silos.First(silo => carrier
                    ? silo.Runs.Contains(run.Name)
                    : !silo.Runs.Contains(run.Name) && silo.Actors.Keys.Any(role => role.StartsWith(run.Name + "/", StringComparison.Ordinal))).Name;
                int id = here.Silos.First(silo => silo.Name == name).Id;
                int resumed = Resumed(run);
                long killed = Stopwatch.GetTimestamp();
                using (Process process = Process.GetProcessById(id))
                {
                    process.Kill();
                }

                while (Resumed(run) == resumed)
                {
                    await Task.Delay(5);
                }

                DateTime since = DateTime.UtcNow;
                long from = RunStateFile.Read(run)!.Checkpoint;
                while (File.GetLastWriteTimeUtc(run.Metrics) < since || Step(run) <= from)
                {
                    await Task.Delay(5);
                }

                seconds.Add(Math.Round(Stopwatch.GetElapsedTime(killed).TotalSeconds, 2));
                int count = overview.Silos.Count;
                while ((await whole.Overview()).Silos.Count < count)
                {
                    await Task.Delay(500);
                }
            }
        }

        await using (ClusterConnection connection = await LocalSilos.Read(folder).Connect())
        {
            await connection.Grains.GetGrain<IExperimentGrain>(run!.Name).Cancel();
        }

        return JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["ours"] = "cluster",
            ["work"] = "kill",
            ["victim"] = carrier ? "carrier" : "other",
            ["seconds"] = seconds,
        });
    }

    private static int Resumed(RunFolder run) => File.ReadLines(run.Events).Count(line => line.Contains("\"resumed\"", StringComparison.Ordinal));

    private static long Step(RunFolder run) => MetricsRow.Last(run)?.Step ?? 0;

    private static async Task Until(RunFolder run, long step)
    {
        while (Step(run) < step)
        {
            await Task.Delay(20);
        }
    }
}
