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
