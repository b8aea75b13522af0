using System.Text.Json;
using Cluster.Contracts;
using TorchSharp;

namespace Cluster.Bench;

/// <summary>
/// Live tensors and resident memory in the 100 steps after an early and after a late step of one run with checkpoints.
/// Of tensors the fewest that were seen count: between two looks some are always in the making.
/// </summary>
internal static class GanMemory
{
    public static async Task<string> Measure(Flags flags)
    {
        int early = flags.Number("early", 2000), late = flags.Number("late", 20000);
        await using BenchRun run = await BenchRun.Start(flags, late + 100, $"checkpoint.every={flags.Number("every", 500)}");
        Seen first = await Watch(run, early), last = await Watch(run, late);
        return JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["ours"] = "cluster",
            ["work"] = "gan-mlp-memory",
            ["steps"] = new[] { early, late },
            ["live_tensors"] = new[] { first.Tensors, last.Tensors },
            ["resident_mib"] = new[] { first.Resident >> 20, last.Resident >> 20 },
            ["managed_committed_mib"] = new[] { first.Committed >> 20, last.Committed >> 20 },
            ["managed_live_kib"] = new[] { first.Live >> 10, last.Live >> 10 },
            ["threads"] = new[] { first.Threads, last.Threads },
        });
    }

    /// <summary>A JSON line of <see cref="MemoryParts"/> each <c>--each</c> steps of a run; the last is returned.</summary>
    public static async Task<string> Follow(Flags flags)
    {
        int steps = flags.Number("steps", 20000), each = flags.Number("each", 2000);
        string model = (flags.Text("model") ?? "gan") switch
        {
            "gan" => "{kind: gan}",
            "dcgan" => "{kind: gan, generator: {net: dcgan}, discriminator: {net: dcgan}}",
            "vae" => "{kind: vae, latent: 50, encoder: {hidden: [200, 200], activation: tanh}, decoder: {hidden: [200, 200], activation: tanh}}",
            var other => other, // a model of the experiment file
        };
        await using BenchRun run = await BenchRun.StartOf(
            $"model: {model}\ndata: {flags.Text("dataset") ?? "mnist"}\n", 64, flags, steps, $"checkpoint.every={flags.Number("every", 500)}");
        for (long next = each; ;)
        {
            RunStatus status = await run.Next();
            if (status.Step < next && status.State != RunState.Finished)
            {
                continue;
            }

            string line = MemoryParts.Now().ToJson(status.Step);
            if (status.State == RunState.Finished)
            {
                return line;
            }

            Console.WriteLine(line);
            next = status.Step + each;
        }
    }

    private static async Task<Seen> Watch(BenchRun run, int from)
    {
        long tensors = long.MaxValue;
        while (true)
        {
            RunStatus status = await run.Next();
            if (status.Step >= from)
            {
                tensors = Math.Min(tensors, torch.Tensor.TotalCount);
            }

            if (status.Step >= from + 99 || status.State == RunState.Finished)
            {
                long resident = Environment.WorkingSet, committed = GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes;
                return new Seen(tensors, resident, committed, GC.GetTotalMemory(forceFullCollection: true), System.Diagnostics.Process.GetCurrentProcess().Threads.Count);
            }
        }
    }

    /// <summary>What a look found: live tensors, bytes that the process has, that the managed heap has, and that are alive in it after a full collection.</summary>
    private sealed record Seen(long Tensors, long Resident, long Committed, long Live, int Threads);
}
