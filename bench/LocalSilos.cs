using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Cluster.Contracts;
using Cluster.Silo;

namespace Cluster.Bench;

/// <summary>The processes of <c>cluster up</c>, as its <c>cluster.json</c> names them.</summary>
/// <param name="Folder">The cluster's folder.</param>
/// <param name="Silos">Name, process and port for clients of each silo that runs.</param>
internal sealed record LocalSilos(string Folder, IReadOnlyList<(string Name, int Id, int Port)> Silos)
{
    public static LocalSilos Read(string folder)
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "cluster.json")));
        return new LocalSilos(
            folder,
            [
                .. file.RootElement.GetProperty("silos").EnumerateArray()
                    .Select(silo => (silo.GetProperty("name").GetString()!, Id(silo.GetProperty("log").GetString()!), silo.GetProperty("gatewayPort").GetInt32()))
                    .Where(silo => Directory.Exists($"/proc/{silo.Item2}")),
            ]);
    }

    public Task<ClusterConnection> Connect() => ClusterConnection.Open(
        [.. Silos.Select(silo => new IPEndPoint(IPAddress.Loopback, silo.Port))], "cluster", new TlsOptions(), token: null, verbose: false);

    /// <summary>The present process is written down beside the log: a silo that dies is started again as another.</summary>
    private static int Id(string log) => int.Parse(File.ReadAllText(Path.ChangeExtension(log, ".pid")).Split(' ')[0], CultureInfo.InvariantCulture);

    /// <summary>Processor time of a process so far.</summary>
    private static TimeSpan Busy(int id)
    {
        using Process process = Process.GetProcessById(id);
        return process.TotalProcessorTime;
    }

    /// <summary>What the silos take while they wait, and how long a client's call takes.</summary>
    public static async Task<string> Measure(Flags flags)
    {
        LocalSilos here = Read(flags.Text("folder") ?? ".cluster");
        int seconds = flags.Number("seconds", 60), calls = flags.Number("calls", 20000);
        TimeSpan[] before = [.. here.Silos.Select(silo => Busy(silo.Id))];
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        double[] share = [.. here.Silos.Select((silo, index) => Math.Round((Busy(silo.Id) - before[index]).TotalSeconds / seconds * 100, 2))];
        long[] resident = [.. here.Silos.Select(silo => Resident(silo.Id))];

        await using ClusterConnection connection = await here.Connect();
        ITrainingActor nobody = connection.Grains.GetGrain<IGeneratorGrain>("nobody/generator/0");
        double[] times = new double[calls];
        for (int i = -1000; i < calls; i++)
        {
            long began = Stopwatch.GetTimestamp();
            await nobody.Doing();
            times[Math.Max(i, 0)] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }

        Array.Sort(times);
        return JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["ours"] = "cluster",
            ["work"] = "silos",
            ["silos"] = here.Silos.Count,
            ["idle_percent_of_a_core"] = share,
            ["resident_mib"] = resident,
            ["calls"] = calls,
            ["call_ms_median"] = Math.Round(times[calls / 2], 3),
            ["call_ms_mean"] = Math.Round(times.Average(), 3),
            ["call_ms_p99"] = Math.Round(times[calls * 99 / 100], 3),
        });
    }

    private static long Resident(int id)
    {
        string line = File.ReadLines($"/proc/{id}/status").First(each => each.StartsWith("VmRSS", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
