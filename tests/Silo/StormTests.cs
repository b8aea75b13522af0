using System.Diagnostics;
using System.Globalization;
using Cluster.Client;
using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Cluster.Grains;
using Cluster.Numerics;
using Xunit.Abstractions;

namespace Cluster.Silo.Tests;

/// <summary>
/// Three silo processes that are killed (SIGKILL), stopped (SIGSTOP) and let on later (SIGCONT) at moments and in an order that a
/// seeded stream chooses. Every run must end by itself with the parameters of the undisturbed run, or stop with a clear error
/// and a sound last checkpoint from which it then goes on to the same parameters. CLUSTER_STORM says how many rounds
/// (default 5: one for each workflow), CLUSTER_STORM_FIRST with which they begin.
/// </summary>
public sealed class StormTests(ITestOutputHelper output) : ProcessTest
{
    private static readonly int Rounds = Number("CLUSTER_STORM", 5), First = Number("CLUSTER_STORM_FIRST", 0);

    /// <summary>Longer than any recovery; a round that takes longer hangs.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private static readonly (string Name, int Steps, string[] Sets)[] Workflows =
    [
        ("gan", 4000, []),
        ("rbm", 4000, ["model={kind: rbm, hidden: 12, chains: 20, pools: 2, temperatures: 2, staleness: 1}", "data={name: digits, binarize: dynamic}"]),
        ("vae", 4000, ["model={kind: vae, latent: 3, encoder: {hidden: [12]}, decoder: {hidden: [10]}, microbatches: 2}", "data={name: digits, binarize: dynamic}"]),
        ("dictionary", 1500, ["model={kind: dictionary, atoms: 24, patch: {size: 5, count: 1000}}"]),
        ("gan-stale", 4000, ["model.staleness=1", "model.discriminatorSteps=2"]),
    ];

    private readonly Dictionary<string, SortedDictionary<string, string>> _undisturbed = new(StringComparer.Ordinal);

    private SiloProcess[] Alive => [.. (ClusterFile.Read(Folder)?.Silos ?? []).Where(silo => silo.Runs(Folder))];

    [RealOrleansFact]
    public async Task KillsAndStopsAtRandomMomentsChangeNoBit()
    {
        await Place.Good("up", "--folder", Folder, "--runs", _place.Runs, "--set", "queue.interval=0.5");
        for (int round = First; round < First + Rounds; round++)
        {
            // Those that died are started again.
            await Place.Until(() => Task.FromResult(Alive.Length == 3), "all silos to be up");
            await Round(round, RandomStream.Named(1, "storm", 0, round, "strikes"));
        }
    }

    private async Task Round(int round, RandomStream stream)
    {
        (string name, int steps, string[] sets) = Workflows[round % Workflows.Length];
        string[] args = [_place.File, .. ((string[])[
            .. sets, "replicas=2", "shards=2", $"name={name}-{round}", $"steps={steps}", $"checkpoint={{every: {steps / 20}, keep: 3}}",
        ]).SelectMany(set => new[] { "--set", set })];
        if (!_undisturbed.TryGetValue(name, out SortedDictionary<string, string>? whole))
        {
            await Place.Good(["run", .. args, "--runs", _place.Path("whole")]);
            _undisturbed[name] = whole = _place.Sums($"{name}-{round}-001", _place.Path("whole"));
        }

        string run = $"{name}-{round}-001";
        long since = Stopwatch.GetTimestamp();
        await Place.Good(["run", .. args, "--connect", Folder, "--detach"]);
        List<string> told = [];
        if (stream.Next(2) == 0)
        {
            await Place.Until(() => Task.FromResult(MetricsRow.Last(_place.Run(run)) is { Step: > 0 } || Ended(run)), "training to begin");
        }

        List<Task> stopped = [];
        HashSet<string> down = [];
        for (int strikes = 1 + stream.Next(4); strikes > 0 && !Ended(run); strikes--)
        {
            await Task.Delay(100 + stream.Next(4000));
            SiloProcess[] up = Up(down);
            SiloProcess struck = up[stream.Next(up.Length)];
            int pause = 300 + stream.Next(stream.Next(2) == 0 ? 2000 : 12000);
            bool kill = stream.Next(2) == 0;
            if (up.Length < 2)
            {
                break; // somebody must be there to go on
            }

            string at = Stopwatch.GetElapsedTime(since).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
            told.Add(kill ? $"{at} s kill {struck.Name}" : $"{at} s stop {struck.Name} for {pause} ms");
            lock (down)
            {
                down.Add(struck.Name);
            }

            struck.Signal(kill ? 9 : 19);
            if (!kill)
            {
                stopped.Add(GoOn(struck, pause, down));
            }
        }

        while (!Ended(run))
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < Limit, $"round {round}: {run} hangs at step {RunStateFile.Read(_place.Run(run))?.Step} after {string.Join(", ", told)}\n{Logs(run)}");
            await Task.Delay(50);
        }

        TimeSpan took = Stopwatch.GetElapsedTime(since);
        await Task.WhenAll(stopped);
        RunStateFile end = RunStateFile.Read(_place.Run(run))!;
        if (end.State != RunState.Finished)
        {
            Assert.False(string.IsNullOrWhiteSpace(end.Problem), $"round {round}: {run} is {end.State} without a word");
            CheckpointFolder? sound = CheckpointFolder.NewestSound(_place.Run(run), _ => { });
            Assert.True(sound?.Step == end.Checkpoint || end.Checkpoint < 0, $"round {round}: {run} has no sound checkpoint {end.Checkpoint}");
            told.Add($"failed: {end.Problem}");
            await Place.Good("resume", run, "--connect", Folder);
        }

        string[] events = await File.ReadAllLinesAsync(_place.Run(run).Events);
        Tell(string.Create(
            CultureInfo.InvariantCulture,
            $"round {round}: {run} {end.State} after {took.TotalSeconds:0.0} s; {string.Join(", ", told)}; {events.Count(line => line.Contains("\"resumed\"", StringComparison.Ordinal))} times from a checkpoint"));
        Assert.True(whole.SequenceEqual(_place.Sums(run)), $"round {round}: {run} has other parameters than the undisturbed run after {string.Join(", ", told)}");
    }

    /// <summary>Also to the file that CLUSTER_STORM_LOG names: a long storm shows its rounds while it goes on.</summary>
    private void Tell(string line)
    {
        output.WriteLine(line);
        if (Environment.GetEnvironmentVariable("CLUSTER_STORM_LOG") is { Length: > 0 } log)
        {
            File.AppendAllText(log, line + "\n");
        }
    }

    private bool Ended(string run) => RunStateFile.Read(_place.Run(run)) is { State: RunState.Finished or RunState.Failed } && !_place.Run(run).IsLocked();

    private SiloProcess[] Up(HashSet<string> down)
    {
        lock (down)
        {
            return [.. Alive.Where(silo => !down.Contains(silo.Name))];
        }
    }

    private static async Task GoOn(SiloProcess silo, int after, HashSet<string> down)
    {
        await Task.Delay(after);
        silo.Signal(18);
        lock (down)
        {
            down.Remove(silo.Name);
        }
    }

    private string Logs(string run) => string.Join('\n', File.ReadLines(_place.Run(run).Events).TakeLast(12)
        .Concat(Directory.GetFiles(Folder, "*.log").SelectMany(log => File.ReadLines(log).TakeLast(12).Prepend(log))));

    private static int Number(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int number) ? number : otherwise;
}
