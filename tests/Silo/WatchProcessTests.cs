using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Cluster.Client;

namespace Cluster.Silo.Tests;

/// <summary>What any silo's dashboard says of a run that trains in several processes: the map, and one step as one trace across all of them.</summary>
public sealed class WatchProcessTests : ProcessTest
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [RealOrleansFact]
    public async Task TheMapAndTheTraceOfAStepReachOverAllProcesses()
    {
        await Place.Good(["up", "--silos", "3", "--folder", Folder, "--runs", _place.Runs]);
        await Place.Good(["run", _place.File, "--set", "steps=1000000", "--set", "replicas=3", "--set", "shards=3", "--set", "checkpoint.every=100", "--connect", Folder, "--detach"]);
        IReadOnlyList<SiloProcess> silos = ClusterFile.Read(Folder)!.Silos;
        using CancellationTokenSource patience = new(Patience);
        using HttpClient http = new() { Timeout = Timeout.InfiniteTimeSpan };
        await using Stream stream = await http.GetStreamAsync(
            string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{silos[0].HttpPort}/api/runs/tiny-001/live"), patience.Token);
        IAsyncEnumerator<SseItem<string>> live = SseParser.Create(stream).EnumerateAsync(patience.Token).GetAsyncEnumerator(patience.Token);

        // Three replicas and three shards of each of two networks, spread evenly.
        await Next(live, "map", map => map.GetProperty("silos").EnumerateArray().Count(silo => silo.GetProperty("actors").GetArrayLength() == 4) == 3);
        JsonElement step = await Next(live, "timeline", timeline => timeline.GetProperty("lanes").GetArrayLength() == 12);
        Assert.Equal(3, step.GetProperty("lanes").EnumerateArray().Select(lane => lane.GetProperty("silo").GetString()).Distinct(StringComparer.Ordinal).Count());
        Assert.Matches("^[0-9a-f]{32}$", step.GetProperty("trace").GetString());
        Assert.All(step.GetProperty("lanes").EnumerateArray(), lane => Assert.Contains(
            lane.GetProperty("bars").EnumerateArray(), bar => bar.GetProperty("kind").GetString() == "compute"));

        silos[2].Kill(Folder);
        JsonElement without = await Next(live, "map", map => map.GetProperty("silos").EnumerateArray().Any(silo => silo.GetProperty("state").GetString() == "lost"));
        Assert.Equal(
            [silos[2].Name],
            without.GetProperty("silos").EnumerateArray().Where(silo => silo.GetProperty("state").GetString() == "lost").Select(silo => silo.GetProperty("report").GetProperty("name").GetString()));
    }

    /// <summary>The next message of a kind that has what is waited for.</summary>
    private static async Task<JsonElement> Next(IAsyncEnumerator<SseItem<string>> live, string kind, Func<JsonElement, bool> has)
    {
        string last = "none";
        try
        {
            while (await live.MoveNextAsync())
            {
                if (live.Current.EventType == kind && JsonSerializer.Deserialize<JsonElement>(live.Current.Data) is { ValueKind: JsonValueKind.Object } data)
                {
                    last = live.Current.Data;
                    if (has(data))
                    {
                        return data;
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Said below, with what came last.
        }

        throw new InvalidOperationException($"no {kind} had what was waited for; the last one: {last}");
    }
}
