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
        await using BenchRun run = await BenchRun.Start(flags, late + 100, "checkpoint.every=500");
        (long Tensors, long Bytes) first = await Watch(run, early), last = await Watch(run, late);
        return JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["ours"] = "cluster",
            ["work"] = "gan-mlp-memory",
            ["steps"] = new[] { early, late },
            ["live_tensors"] = new[] { first.Tensors, last.Tensors },
            ["resident_mib"] = new[] { first.Bytes >> 20, last.Bytes >> 20 },
        });
    }

    private static async Task<(long Tensors, long Bytes)> Watch(BenchRun run, int from)
    {
        (long Tensors, long Bytes) seen = (long.MaxValue, 0);
        while (true)
        {
            RunStatus status = await run.Next();
            if (status.Step >= from)
            {
                seen = (Math.Min(seen.Tensors, torch.Tensor.TotalCount), Environment.WorkingSet);
            }

            if (status.Step >= from + 99 || status.State == RunState.Finished)
            {
                return seen;
            }
        }
    }
}
