using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Cluster.Contracts;
using Cluster.Grains;
using Cluster.Silo;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Cluster.Bench;

/// <summary>
/// What bulk transfers do to messages: grain calls from one silo process to another, one a millisecond, in turn alone and while
/// both silos exchange 64 MiB over their bulk channels without a pause.
/// </summary>
internal static class CallsBesideExchange
{
    public static Task<int> Measure(Flags flags) => flags.Text("silo") is { } number ? Silo(flags, number) : Both(flags);

    /// <summary>Starts both, tells each where the other is, and says what they do next.</summary>
    private static async Task<int> Both(Flags flags)
    {
        if (!Clustering.ReachesOthers)
        {
            Console.Error.WriteLine($"calls: {Clustering.NeedsOrleans}");
            return 2;
        }

        string way = flags.Text("way") ?? "tcp", folder = Directory.CreateTempSubdirectory("cluster-bench-").FullName;
        int mib = flags.Number("mib", 64), rounds = flags.Number("rounds", 5), exchanges = flags.Number("exchanges", 40), calls = flags.Number("calls", 3000);
        Process[] silos = [.. Enumerable.Range(0, 2).Select(number => Start(folder, way, mib, number))];
        try
        {
            foreach (Process silo in silos)
            {
                await Line(silo); // its first line: it takes calls
            }

            string[] where = await Task.WhenAll(silos.Select(async silo =>
            {
                await silo.StandardInput.WriteLineAsync("where");
                return await Line(silo);
            }));
            await Tell(silos, number => $"peer {where[1 - number]}");

            // The first stretch of each kind lets the runtime compile.
            List<double> quiet = [], busy = [], seconds = [];
            for (int round = 0; round <= rounds; round++)
            {
                await silos[0].StandardInput.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"calls {calls}"));
                Keep(quiet, await Line(silos[0]), round);
                await silos[1].StandardInput.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"exchange {exchanges}"));
                await silos[0].StandardInput.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"both {exchanges}"));
                Keep(busy, await Line(silos[0]), round);
                Keep(seconds, await Line(silos[1]), round);
            }

            Console.WriteLine(JsonSerializer.Serialize(new Dictionary<string, object>
            {
                ["ours"] = "cluster",
                ["work"] = "calls",
                ["way"] = way,
                ["mib"] = mib,
                ["alone"] = Spread(quiet),
                ["beside_exchanges"] = Spread(busy),
                ["exchanges_per_s"] = Math.Round(exchanges * rounds / seconds.Sum(), 2),
            }));
            return 0;
        }
        finally
        {
            foreach (Process silo in silos)
            {
                silo.Kill();
                await silo.WaitForExitAsync();
                silo.Dispose();
            }

            Directory.Delete(folder, recursive: true);
        }
    }

    private static Process Start(string folder, string way, int mib, int number) => Process.Start(new ProcessStartInfo(Environment.ProcessPath!,
    [
        .. Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? new[] { typeof(CallsBesideExchange).Assembly.Location } : [],
        "calls", "--silo", number.ToString(CultureInfo.InvariantCulture), "--folder", folder, "--way", way, "--mib", mib.ToString(CultureInfo.InvariantCulture),
    ])
    { RedirectStandardOutput = true, RedirectStandardInput = true })!;

    private static async Task Tell(Process[] silos, Func<int, string> what)
    {
        for (int number = 0; number < silos.Length; number++)
        {
            await silos[number].StandardInput.WriteLineAsync(what(number));
        }

        foreach (Process silo in silos)
        {
            await Line(silo);
        }
    }

    /// <summary>The next answer; the silo's log, which has other lines, goes by.</summary>
    private static async Task<string> Line(Process silo)
    {
        while (await silo.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("= ", StringComparison.Ordinal))
            {
                return line[2..];
            }

            Console.Error.WriteLine(line);
        }

        throw new InvalidOperationException("a silo ended");
    }

    private static void Keep(List<double> all, string line, int round)
    {
        if (round > 0)
        {
            all.AddRange(line.Split(' ').Select(each => double.Parse(each, CultureInfo.InvariantCulture)));
        }
    }

    private static Dictionary<string, double> Spread(List<double> ms)
    {
        double[] sorted = [.. ms.Order()];
        return new()
        {
            ["calls"] = sorted.Length,
            ["ms_median"] = Math.Round(sorted[sorted.Length / 2], 3),
            ["ms_p99"] = Math.Round(sorted[sorted.Length * 99 / 100], 3),
            ["ms_max"] = Math.Round(sorted[^1], 3),
        };
    }

    /// <summary>One of the silos: does what the lines of its standard input say.</summary>
    private static async Task<int> Silo(Flags flags, string number)
    {
        string folder = flags.Text("folder")!;
        Dictionary<string, string> values = new(StringComparer.Ordinal)
        {
            ["name"] = "bench-" + number,
            ["port"] = "0",
            ["gatewayPort"] = "0",
            ["http.port"] = "0",
            ["clustering.kind"] = "file",
            ["clustering.folder"] = Path.Combine(folder, "members"),
            ["runs"] = Path.Combine(folder, "runs"),
            ["log"] = "warning",
        };
        await using WebApplication app = SiloHost.Build(SettingsReader.Read(null, new Dictionary<string, string>(), values));
        app.Services.GetRequiredService<TrainingOptions>().Bulk.SharedMemory = flags.Text("way") == "memory";
        await app.StartAsync();
        BulkChannel channel = app.Services.GetRequiredService<BulkChannel>();
        AllReduceRank rank = new(channel, Guid.Empty, 0, int.Parse(number, CultureInfo.InvariantCulture), flags.Number("mib", 64));
        string mine = app.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress.ToParsableString(), peer = "";
        ISiloGrain? other = null;
        Say("ready");
        await foreach (string line in Orders().ReadAllAsync())
        {
            switch (line.Split(' '))
            {
                case ["where"]:
                    Say($"{channel.Endpoint} {mine}");
                    break;
                case ["peer", var endpoint, var address]:
                    (peer, other) = (endpoint, app.Services.GetRequiredService<IGrainFactory>().GetGrain<ISiloGrain>(address));
                    await other.Begin();
                    Say("met");
                    break;
                case ["calls", var count]:
                    int calls = int.Parse(count, CultureInfo.InvariantCulture);
                    List<double> quiet = [];
                    while (quiet.Count < calls)
                    {
                        quiet.Add(await Call(other!));
                    }

                    Say(string.Join(' ', quiet.Select(Text)));
                    break;
                case ["exchange", var count]:
                    Say(Text(await rank.Repeat(peer, int.Parse(count, CultureInfo.InvariantCulture))));
                    break;
                case ["both", var count]:
                    Task<double> exchange = Task.Run(() => rank.Repeat(peer, int.Parse(count, CultureInfo.InvariantCulture)));
                    List<double> busy = [];
                    while (!exchange.IsCompleted)
                    {
                        busy.Add(await Call(other!));
                    }

                    await exchange;
                    Say(string.Join(' ', busy.Select(Text)));
                    break;
            }
        }

        return 0;
    }

    /// <summary>The lines of the standard input, read on a thread of its own: on two cores the pool has two, and would wait for lines on one of them.</summary>
    private static ChannelReader<string> Orders()
    {
        Channel<string> lines = Channel.CreateUnbounded<string>();
        Thread reader = new(() =>
        {
            while (Console.In.ReadLine() is { } line)
            {
                lines.Writer.TryWrite(line);
            }

            lines.Writer.Complete();
        })
        { IsBackground = true };
        reader.Start();
        return lines.Reader;
    }

    private static async Task<double> Call(ISiloGrain other)
    {
        await Task.Delay(1);
        long began = Stopwatch.GetTimestamp();
        await other.Begin();
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    private static string Text(double number) => number.ToString("0.####", CultureInfo.InvariantCulture);

    private static void Say(string line) => Console.WriteLine("= " + line);
}
