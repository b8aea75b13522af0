using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Cluster.Grains;

namespace Cluster.Bench;

/// <summary>
/// All-reduce of float32 buffers between two processes on loopback, as a role with two replicas and two shards does it: each rank
/// owns half, adds the other's half to its own in rank order, and hands the sums out. The work and the form of the lines are
/// those of the peers' scripts.
/// </summary>
internal static class AllReduce
{
    public static async Task<int> Measure(Flags flags)
    {
        if (flags.Text("peer") is { } peer)
        {
            await Child(flags, peer);
            return 0;
        }

        foreach (string way in flags.Text("way") is { } one and not "both" ? [one] : new[] { "tcp", "memory" })
        {
            await Parent(flags, way);
        }

        return 0;
    }

    private static async Task Parent(Flags flags, string way)
    {
        await using BulkChannel channel = new(Options(way), IPAddress.Loopback);
        Guid session = Guid.NewGuid();
        int[] sizes = Sizes(flags);
        AllReduceRank[] ranks = [.. sizes.Select((mib, index) => new AllReduceRank(channel, session, index, 0, mib))];
        using Process child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!,
        [
            .. Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? new[] { typeof(AllReduce).Assembly.Location } : [],
            "allreduce", "--way", way, "--peer", channel.Endpoint, "--session", session.ToString(), "--mib", string.Join(',', sizes),
        ])
        { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        string endpoint = await child.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the second process gave no endpoint");
        foreach (AllReduceRank rank in ranks)
        {
            double seconds = await rank.Run(endpoint);
            Dictionary<string, object> row = new()
            {
                ["ours"] = "cluster",
                ["work"] = "all-reduce",
                ["way"] = rank.Kind,
                ["ranks"] = 2,
                ["mib"] = rank.Mib,
                ["ms"] = Math.Round(seconds * 1e3, 4),
            };
            if (rank.Mib > 0)
            {
                row["gb_per_s"] = Math.Round(rank.Mib * 1048576.0 / seconds / 1e9, 3);
            }

            Console.WriteLine(JsonSerializer.Serialize(row));
        }

        child.StandardInput.Close();
        await child.WaitForExitAsync();
    }

    private static async Task Child(Flags flags, string peer)
    {
        await using BulkChannel channel = new(Options(flags.Text("way")!), IPAddress.Loopback);
        Guid session = Guid.Parse(flags.Text("session")!);
        AllReduceRank[] ranks = [.. Sizes(flags).Select((mib, index) => new AllReduceRank(channel, session, index, 1, mib))];
        Console.WriteLine(channel.Endpoint);
        foreach (AllReduceRank rank in ranks)
        {
            await rank.Run(peer);
        }

        // The last sums may still be on their way: stay until the first process has them.
        await Console.In.ReadToEndAsync();
    }

    private static BulkOptions Options(string way) => new() { SharedMemory = way == "memory" };

    private static int[] Sizes(Flags flags) => [.. (flags.Text("mib") ?? "0,1,4,16,64").Split(',').Select(int.Parse)];
}
