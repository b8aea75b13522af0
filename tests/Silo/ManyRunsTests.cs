using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Cluster.Grains;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Cluster.Silo.Tests;

/// <summary>Hundreds of experiments in the queue of one silo: all end, and nothing is left of those that have.</summary>
public sealed class ManyRunsTests(ITestOutputHelper output) : IDisposable
{
    private const int Runs = 500;
    private const int First = 100;

    private readonly Place _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task FiveHundredExperimentsFinishAndMemoryStaysBounded()
    {
        await using OneSilo silo = await OneSilo.Start(_place, ("queue.limit", "4"), ("queue.interval", "1"));
        string[] blockers = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => (await silo.Whole.Submit("first", Place.Experiment("steps=1000000", "checkpoint.every=0"), 1000)).Name));
        long since = TimeProvider.System.GetTimestamp();
        string[] names = await Task.WhenAll(Enumerable.Range(0, Runs).Select(async number => (await silo.Whole.Submit(
            "many", Place.Experiment($"seed={number}", "steps=2", "batch=4", "model.generator.hidden=[4]", "model.discriminator.hidden=[4]", "checkpoint.every=0", "checkpoint.keep=1"), number % 3)).Name));
        Assert.Equal(Runs, names.Distinct().Count());
        Assert.Equal(Runs, (await silo.Whole.Overview()).Runs.Count(run => run.State == "queued"));
        await Task.WhenAll(blockers.Select(run => silo.Grains.GetGrain<IExperimentGrain>(run).Cancel()));
        output.WriteLine($"{Runs} queued after {TimeProvider.System.GetElapsedTime(since).TotalSeconds:0.0} s");

        await Place.Until(() => Task.FromResult(Ended() >= First), $"{First} runs to end", Patience);
        (long heap, int files, int threads) = Measure();
        await Place.Until(() => Task.FromResult(Ended() == Runs), "all runs to end", Patience);
        output.WriteLine($"all ended after {TimeProvider.System.GetElapsedTime(since).TotalSeconds:0.0} s");
        (long heapLater, int filesLater, int threadsLater) = Measure();
        output.WriteLine($"heap {heap / 1024} KiB after {First}, {heapLater / 1024} KiB after {Runs}; files {files} and {filesLater}; threads {threads} and {threadsLater}");

        Assert.All(names, name => Assert.Equal(RunState.Finished, RunStateFile.Read(_place.Run(name))!.State));
        Assert.Equal(0, silo.Services.GetRequiredService<LocalTensors>().Open);
        Assert.Equal(0, silo.Services.GetRequiredService<BulkChannel>().Open);
        await Place.Until(async () => (await silo.Whole.Overview()).Runs.Count == 0, "the queue to be empty");

        // What stays of a run that has ended is its grain until that is collected: its name, its last figures.
        Assert.True((heapLater - heap) / (Runs - First) < 24 * 1024, $"each ended run leaves {(heapLater - heap) / (Runs - First)} bytes");
        Assert.InRange(filesLater, 0, files + 16);
        Assert.InRange(threadsLater, 0, threads + 16);
    }

    private static TimeSpan Patience => TimeSpan.FromMinutes(8);

    private int Ended() => RunFolder.List(_place.Runs).Count(run => RunStateFile.Read(run) is { State: RunState.Finished or RunState.Failed } && !run.IsLocked());

    private static (long Heap, int Files, int Threads) Measure()
    {
        for (int again = 0; again < 3; again++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return (GC.GetTotalMemory(forceFullCollection: true), Directory.GetFiles("/proc/self/fd").Length, System.Diagnostics.Process.GetCurrentProcess().Threads.Count);
    }
}
