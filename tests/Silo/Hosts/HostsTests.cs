using System.Diagnostics;
using System.Globalization;
using Cluster.Client;
using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Xunit.Abstractions;

namespace Cluster.Silo.Tests;

/// <summary>
/// Three silos on three hosts, which are network namespaces of this machine, with PostgreSQL as the list of silos and a shared
/// folder of runs. Skipped where the build has no PostgreSQL provider, or where no namespace may be made.
/// </summary>
public sealed class HostsTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Run = "tiny-001", Token = "a token that the clients of this test know";
    private static readonly string[] Sets = ["--set", "steps=10000", "--set", "replicas=2", "--set", "shards=2", "--set", "checkpoint.every=250"];

    private readonly Place _place = new();
    private readonly Process?[] _silos = new Process?[4];
    private readonly long _since = Stopwatch.GetTimestamp();
    private Lan? _lan;
    private Database? _database;

    private long Step => MetricsRow.Last(_place.Run(Run))?.Step ?? 0;

    public async Task InitializeAsync()
    {
        if (HostsFactAttribute.Lacking is null)
        {
            Silos.UseClient();
            try
            {
                _lan = await Lan.Make(3);
                _database = await Database.Start(_lan);
            }
            catch
            {
                await DisposeAsync(); // which is not called where this fails
                throw;
            }
        }
    }

    public async Task DisposeAsync()
    {
        foreach (Process silo in _silos.OfType<Process>())
        {
            silo.Kill();
            await silo.WaitForExitAsync();
            silo.Dispose();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        if (_lan is not null)
        {
            await _lan.DisposeAsync();
        }

        _place.Dispose();
    }

    [HostsFact]
    public async Task ACutCableAndARollingChangeChangeNoBit()
    {
        await Place.Good(["run", _place.File, .. Sets, "--runs", _place.Path("whole")]);
        Tell("the undisturbed run is done");
        await Task.WhenAll(Start(1), Start(2), Start(3));
        await Client(["run", _place.File, .. Sets, "--connect", Gateways, "--detach"]);
        await GoesOn("training begins");

        int carrier = await Carrier();
        await _lan!.Cut(carrier);
        Tell($"host {carrier}, which carries the run, is cut off at step {Step}");
        await Place.Until(async () => (await Events()).Count(line => line.Contains("\"resumed\"", StringComparison.Ordinal)) > 0, "another silo to take the run");
        await GoesOn("the run goes on elsewhere");
        Assert.False(_silos[carrier]!.HasExited, "the silo that is cut off ended");

        await _lan.Join(carrier);
        await _silos[carrier]!.WaitForExitAsync().WaitAsync(Place.Limit);
        Tell($"host {carrier} is back; its silo learned that it was given up, and ended with exit code {_silos[carrier]!.ExitCode}");
        await Start(carrier);
        await Place.Until(async () => (await Events()).Any(line => line.Contains("\"spreading\"", StringComparison.Ordinal)), "the actors to spread");
        Tell($"its successor got its share of the actors at step {Step}");

        for (int host = 1; host <= 3; host++)
        {
            await GoesOn($"before host {host} leaves");
            Assert.NotEqual(RunState.Finished, RunStateFile.Read(_place.Run(Run))!.State);
            Process leaving = _silos[host]!;
            long asked = Stopwatch.GetTimestamp();
            Assert.False(leaving.HasExited, $"the silo of host {host} ended by itself\n{Log(host)}");
            await Shell.Good("kill", "-TERM", leaving.Id.ToString(CultureInfo.InvariantCulture));
            await leaving.WaitForExitAsync().WaitAsync(Place.Limit);
            Tell(string.Create(CultureInfo.InvariantCulture, $"host {host} left {Stopwatch.GetElapsedTime(asked).TotalSeconds:0.0} s after SIGTERM, at step {Step}"));
            Assert.True(leaving.ExitCode == 0, $"exit code {leaving.ExitCode}\n{Log(host)}");
            await Start(host);
        }

        // However slow the machine is: only a run that makes no step hangs.
        while (RunStateFile.Read(_place.Run(Run))!.State != RunState.Finished)
        {
            long before = Step;
            await Place.Until(() => Task.FromResult(Step > before || RunStateFile.Read(_place.Run(Run))!.State == RunState.Finished), $"steps (the end, after {before})");
        }

        await _place.Until(Run, RunState.Finished);
        string[] events = await Events();
        Tell($"finished; {string.Join(", ", events.GroupBy(Kind).Select(kind => $"{kind.Count()} {kind.Key}"))}");
        Assert.Equal(_place.Sums(Run, _place.Path("whole")), _place.Sums(Run));
        Assert.DoesNotContain(events, line => Kind(line) == "failed");
    }

    private static string Gateways => string.Join(',', Enumerable.Range(1, 3).Select(host => Lan.Address(host) + ":30000"));

    private static string Kind(string line) => line.Split("\"kind\":\"")[1].Split('"')[0];

    private async Task Start(int host)
    {
        string log = LogOf(host);
        int before = Ready(log);
        _silos[host]?.Dispose();
        _silos[host] = Shell.Start(log, _lan!.On(
            host, "dotnet", SiloLauncher.Program, "silo", "--name", $"host-{host}", "--address", Lan.Address(host), "--runs", _place.Runs, "--http-port", "8080",
            "--clustering-kind", "postgresql", "--clustering-connection-file", Secret("connection", Database.Connection),
            "--clients-token-file", Secret("token", Token), "--queue-interval", "0.5"));
        await Place.Until(() => Task.FromResult(_silos[host]!.HasExited ? throw new InvalidOperationException(File.ReadAllText(log)) : Ready(log) > before), $"host {host}");
        Tell($"host {host} is up");
    }

    private static int Ready(string log) => File.Exists(log) ? File.ReadLines(log).Count(line => line.Contains(": silo 10.77.", StringComparison.Ordinal)) : 0;

    private string LogOf(int host) => _place.Path($"host-{host}.log");

    private string Log(int host) => string.Join('\n', File.ReadLines(LogOf(host)).TakeLast(20));

    private string Secret(string name, string text)
    {
        string file = _place.Path(name);
        File.WriteAllText(file, text);
        return file;
    }

    /// <summary>A client beside the silos. On a machine that is busy with other things it may take longer to connect than it waits.</summary>
    private async Task<string> Client(params string[] args)
    {
        string[] words = _lan!.On(0, ["env", "CLUSTER_SILO_CLIENTS_TOKEN_FILE=" + Secret("token", Token), "dotnet", SiloLauncher.Program, .. args]);
        for (int tries = 1; tries < 5; tries++)
        {
            (int code, string said, string error) = await Shell.Run(words);
            if (code == 0)
            {
                return said;
            }

            Assert.Contains("no silo of cluster", error, StringComparison.Ordinal);
        }

        return await Shell.Good(words);
    }

    private async Task<int> Carrier()
    {
        string[] lines = (await Client("status", "--connect", Gateways)).Split('\n');
        string line = Assert.Single(lines, each => each.StartsWith("host-", StringComparison.Ordinal) && each.Contains(Run, StringComparison.Ordinal));
        return line[5] - '0';
    }

    private async Task GoesOn(string when)
    {
        long before = Step;
        await Place.Until(() => Task.FromResult(Step > before + 50), $"steps ({when})");
    }

    private Task<string[]> Events() => File.ReadAllLinesAsync(_place.Run(Run).Events);

    private void Tell(string line) => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(_since).TotalSeconds,6:0.0} s  {line}"));
}

/// <summary>A test that needs hosts, a database and a build that speaks to both.</summary>
public sealed class HostsFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Why = new(() =>
        !Clustering.ReachesOthers ? Clustering.NeedsOrleans
        : !Clustering.HasDatabase ? "this build lacks Microsoft.Orleans.Clustering.AdoNet: build with -p:OrleansAdoNet=true where the package feed has it"
        : Database.Programs is null ? "there is no PostgreSQL server (Debian: postgresql)"
        : Lan.Lacking() ?? (Environment.GetEnvironmentVariable("CLUSTER_HOSTS") is null ? "it takes minutes and a quiet machine: set CLUSTER_HOSTS=1" : null));

    public HostsFactAttribute() => Skip = Lacking;

    internal static string? Lacking => Why.Value;
}
