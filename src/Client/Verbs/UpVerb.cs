using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Cluster.Contracts;
using Cluster.Numerics;
using Cluster.Silo;

namespace Cluster.Client;

/// <summary><c>cluster up</c>: a cluster of some processes on this machine. Where some of them are gone, it starts those again.</summary>
internal static class UpVerb
{
    /// <summary><c>--folder DIR</c>, of <c>up</c> and <c>down</c>.</summary>
    public static Option<string> Folder { get; } = new("--folder")
    {
        Description = "The folder of the cluster: its state, its list of silos, their logs",
        HelpName = "DIR",
        DefaultValueFactory = _ => ClusterFile.DefaultFolder,
    };

    private static readonly Option<int> Silos = new("--silos")
    {
        Description = "How many silos, from 1 to 64",
        HelpName = "N",
        DefaultValueFactory = _ => 3,
    };

    private static readonly Option<string[]> Set = new("--set")
    {
        Description = "A setting of every silo, as in --set queue.limit=2; may be given again; cluster silo --help lists them",
        HelpName = "key=value",
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string?> Data = Flags.Data();
    private static readonly Option<string> Runs = Flags.Runs();
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>The verb.</summary>
    public static Command Create(Terminal terminal)
    {
        Command verb = new("up", "Start a cluster of some silos on this machine; one that dies is started again") { Silos, Folder, Set, Data, Runs };
        verb.SetAction((parsed, cancellation) => Run(parsed, terminal, cancellation));
        return verb;
    }

    private static async Task<int> Run(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        int count = parsed.GetValue(Silos);
        if (count is < 1 or > 64)
        {
            throw new InputException($"--silos {count} must be a whole number from 1 to 64");
        }

        if (!Clustering.ReachesOthers)
        {
            throw new InputException($"up: {Clustering.NeedsOrleans}");
        }

        string folder = Folders.Full("--folder", parsed.GetRequiredValue(Folder));
        SiloProcess[] there = [.. (ClusterFile.Read(folder)?.Silos ?? []).Where(silo => silo.Runs(folder) || silo.IsKept(folder))];
        string[] missing = [.. Names(count).Except(there.Select(silo => silo.Name), StringComparer.Ordinal)];
        if (missing.Length == 0)
        {
            throw new InputException($"a cluster of {there.Length} silos runs already in {Folders.Shown(folder)}; end it with: {Command("down", folder)}, add to it with a larger --silos, or name another with --folder DIR");
        }

        long since = TimeProvider.System.GetTimestamp();
        (ClusterFile cluster, SiloProcess[] begun) = Start(parsed, folder, there, missing);
        terminal.Out.WriteLine($"starting {missing.Length} silos in {Folders.Shown(folder)}{(there.Length > 0 ? $" beside the {there.Length} that run" : "")} ...");
        await Ready(cluster, begun, folder, cancellation);
        TextTable.Write(terminal.Out, [["SILO", "CLIENTS", "STATUS", "LOG"], .. cluster.Silos.Select(Row)]);
        terminal.Out.WriteLine($"ready after {Text.Duration(TimeProvider.System.GetElapsedTime(since))}. Train in it with: {Hint.Program} run examples/gan-digits.yaml --connect {Hint.Quoted(Folders.Shown(folder))}");
        return ExitCode.Success;
    }

    private static string[] Row(SiloProcess silo) =>
    [
        silo.Name,
        string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{silo.GatewayPort}"),
        string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{silo.HttpPort}/status"),
        Folders.Shown(silo.Log),
    ];

    private static IEnumerable<string> Names(int count) => Enumerable.Range(1, count).Select(number => string.Create(CultureInfo.InvariantCulture, $"silo-{number}"));

    /// <summary>Starts the silos that are missing; those that are there stay as they are.</summary>
    private static (ClusterFile Cluster, SiloProcess[] Begun) Start(ParseResult parsed, string folder, SiloProcess[] there, string[] missing)
    {
        Dictionary<string, string> shared = new(StringComparer.Ordinal)
        {
            ["runs"] = Folders.Runs(parsed.GetRequiredValue(Runs)),
            ["clustering.kind"] = "file",
            ["clustering.folder"] = SiloProcess.Members(folder),

            // Processes of one machine are soon known to be gone.
            ["clustering.probe"] = "1",
            ["clustering.missed"] = "3",
        };
        if (Folders.Data(parsed.GetValue(Data)) is { } data)
        {
            shared["data"] = data;
        }

        foreach (string text in parsed.GetRequiredValue(Set))
        {
            string[] parts = text.Split('=', 2);
            shared[parts[0].Trim()] = parts.Length == 2 ? parts[1] : throw new InputException($"--set {text} must be key=value, as in --set queue.limit=2");
        }

        // A mistake is told before anything is started.
        SiloSettings settings = SettingsReader.Read(null, SettingsReader.Environment(), shared);
        string runs = settings.Folders.Runs;
        if (ClusterFile.At(runs) is { } other && other != folder)
        {
            throw new InputException($"--runs {Folders.Shown(runs)} belongs to the cluster in {Folders.Shown(other)}, which is up; two clusters would take each other's runs. Name another with --runs {Hint.Quoted(Folders.Shown(Path.Combine(folder, "runs")))}, or end that one with: {Command("down", other)}");
        }

        try
        {
            ClusterFile.Claim(runs, folder);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"--runs {Folders.Shown(runs)} cannot be written: {problem.Message}");
        }

        try
        {
            // The list of a cluster that was killed names silos that would be asked in vain.
            Directory.CreateDirectory(folder);
            if (there.Length == 0 && Directory.Exists(SiloProcess.Members(folder)))
            {
                Directory.Delete(SiloProcess.Members(folder), recursive: true);
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"--folder {folder} cannot be written: {problem.Message}");
        }

        // Once it is gone, whatever still keeps a silo of an earlier cluster gives up.
        string file = Path.Combine(folder, ClusterFile.Name);
        List<SiloProcess> silos = [];
        Dictionary<string, string> cpus = settings.Devices.Cpus is null ? OwnCpus([.. there.Select(silo => silo.Name), .. missing]) : [];
        bool apart = there.All(silo => silo.Cpus == cpus.GetValueOrDefault(silo.Name));
        foreach (string name in missing)
        {
            string log = Path.Combine(folder, name + ".log");
            if (there.Length == 0)
            {
                File.Delete(log);
            }

            File.Delete(SiloProcess.IdFileOf(log));
            (int port, int gateway, int http) = (Endpoints.FreePort(), Endpoints.FreePort(), Endpoints.FreePort());
            Dictionary<string, string> own = new(shared, StringComparer.Ordinal)
            {
                ["name"] = name,
                ["port"] = port.ToString(CultureInfo.InvariantCulture),
                ["gatewayPort"] = gateway.ToString(CultureInfo.InvariantCulture),
                ["http.port"] = http.ToString(CultureInfo.InvariantCulture),
            };
            string? keepsTo = apart ? cpus.GetValueOrDefault(name) : null;
            if (keepsTo is not null)
            {
                own["devices.cpus"] = keepsTo;
            }

            var values = own.Select(each => (Setting: SiloSettings.All.First(setting => setting.Key == each.Key), each.Value)).ToArray();

            // Everybody on the machine may read a command line.
            int keeper = SiloLauncher.Start(
                log,
                SiloProcess.IdFileOf(log),
                file,
                values.Where(each => !each.Setting.IsSecret).SelectMany(each => new[] { each.Setting.Flag, each.Value }),
                values.Where(each => each.Setting.IsSecret).Select(each => KeyValuePair.Create(each.Setting.Variable, each.Value)));
            silos.Add(new SiloProcess(name, keeper, port, gateway, http, log, keepsTo));
        }

        ClusterFile cluster = new(settings.Node.Cluster, runs, [.. there.Concat(silos).OrderBy(silo => silo.Name.Length).ThenBy(silo => silo.Name, StringComparer.Ordinal)]);
        cluster.Write(folder);
        return (cluster, [.. silos]);
    }

    /// <summary>Each silo's share of this machine's CPUs; none where one silo has the machine to itself, or there are more silos than CPUs.</summary>
    private static Dictionary<string, string> OwnCpus(string[] silos) => silos.Length > 1 && CpuSet.Mine is { } all && all.Count >= silos.Length
        ? silos.OrderBy(name => name.Length).ThenBy(name => name, StringComparer.Ordinal).Zip(all.Deal(silos.Length)).ToDictionary(each => each.First, each => each.Second.ToString(), StringComparer.Ordinal)
        : [];

    /// <summary>Waits until every silo takes calls; where one does not come up, all that were begun are ended.</summary>
    private static async Task Ready(ClusterFile cluster, SiloProcess[] begun, string folder, CancellationToken cancellation)
    {
        using HttpClient http = new() { Timeout = TimeSpan.FromSeconds(2) };
        long since = Stopwatch.GetTimestamp();
        foreach (SiloProcess silo in begun)
        {
            while (!await IsReady(http, silo, cancellation))
            {
                // A moment passes until the shell has begun. One that dies twice while it starts will not do better the third time.
                bool gone = Stopwatch.GetElapsedTime(since) > TimeSpan.FromSeconds(2) && !silo.IsKept(folder) || silo.Process.Starts > 2;
                if (gone || Stopwatch.GetElapsedTime(since) > Patience)
                {
                    foreach (SiloProcess each in begun)
                    {
                        each.Kill(folder);
                    }

                    Forget(cluster, begun, folder);
                    string told = string.Join("\n  ", File.ReadLines(silo.Log).Where(line => line.Contains("error: ", StringComparison.Ordinal) || line.Contains(" fail: ", StringComparison.Ordinal)).Take(3));
                    throw new InputException($"{silo.Name} {(gone ? "ended while it started" : $"was not ready within {Patience.TotalSeconds:0} s")}; its log is {Folders.Shown(silo.Log)}{(told.Length > 0 ? ":\n  " : "")}{told}");
                }

                await Task.Delay(100, cancellation);
            }
        }
    }

    /// <summary>Leaves those that ran before as they were.</summary>
    private static void Forget(ClusterFile cluster, SiloProcess[] begun, string folder)
    {
        SiloProcess[] before = [.. cluster.Silos.Except(begun)];
        if (before.Length > 0)
        {
            (cluster with { Silos = before }).Write(folder);
        }
        else
        {
            File.Delete(Path.Combine(folder, ClusterFile.Name));
        }
    }

    private static async Task<bool> IsReady(HttpClient http, SiloProcess silo, CancellationToken cancellation)
    {
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{silo.HttpPort}/health/ready")), cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception notYet) when (notYet is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>A verb on the cluster of a folder, ready for the shell.</summary>
    public static string Command(string verb, string folder) => folder == Path.GetFullPath(ClusterFile.DefaultFolder)
        ? $"{Hint.Program} {verb}"
        : $"{Hint.Program} {verb} --folder {Hint.Quoted(Folders.Shown(folder))}";
}
