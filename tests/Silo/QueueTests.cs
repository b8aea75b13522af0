using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Silo.Tests;

/// <summary>Runs wait for their turn, start in order, and go on after the silo has left.</summary>
public sealed class QueueTests : IDisposable
{
    private static readonly string[] Long = ["steps=100000", "checkpoint.every=0"];

    private readonly Place _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task ASubmittedRunTrainsToItsEnd()
    {
        await using OneSilo silo = await OneSilo.Start(_place);
        RunOverview run = await silo.Whole.Submit("tiny", Place.Experiment(), 0);
        Assert.Equal("tiny-001", run.Name);
        await _place.Until(run.Name, RunState.Finished);
        Assert.Equal("finished", (await silo.Whole.Run(run.Name)).State);
        Assert.Contains("steps: 30", await silo.Whole.Experiment(run.Name), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheHigherPriorityGoesFirstThenTheEarlier()
    {
        await using OneSilo silo = await OneSilo.Start(_place, ("queue.limit", "1"));
        await silo.Whole.Submit("first", Place.Experiment(Long), 0);
        await Place.Until(async () => (await silo.Whole.Run("first-001")).State == "running", "the first to run");
        await silo.Whole.Submit("low", Place.Experiment(), -1);
        await silo.Whole.Submit("early", Place.Experiment(), 0);
        await silo.Whole.Submit("late", Place.Experiment(), 0);
        await silo.Whole.Submit("high", Place.Experiment(), 5);
        await Place.Until(async () => (await silo.Whole.Run("high-001")).Problem is { } why && why.Contains("1 runs train at a time", StringComparison.Ordinal), "the reason");
        Assert.Equal(["first-001", "high-001", "early-001", "late-001", "low-001"], (await silo.Whole.Overview()).Runs.Select(run => run.Name));
        await silo.Grains.GetGrain<IExperimentGrain>("first-001").Pause();
        foreach (string run in (string[])["low-001", "early-001", "late-001", "high-001"])
        {
            await _place.Until(run, RunState.Finished);
        }

        string[] order = [.. new[] { "low-001", "early-001", "late-001", "high-001" }.OrderBy(run => RunStateFile.Read(_place.Run(run))!.Updated)];
        Assert.Equal(["high-001", "early-001", "late-001", "low-001"], order);
        Assert.Equal(RunState.Paused, RunStateFile.Read(_place.Run("first-001"))!.State);
    }

    [Fact]
    public async Task AWaitingRunCanBePausedCancelledAndPutBack()
    {
        await using OneSilo silo = await OneSilo.Start(_place, ("queue.limit", "1"));
        await silo.Whole.Submit("first", Place.Experiment(Long), 0);
        await silo.Whole.Submit("second", Place.Experiment(), 0);
        IExperimentGrain second = silo.Grains.GetGrain<IExperimentGrain>("second-001");
        await second.Cancel();
        Assert.Equal(RunState.Cancelled, (await second.Status()).State);
        await silo.Grains.GetGrain<IExperimentGrain>("first-001").Cancel();
        await _place.Until("first-001", RunState.Cancelled);
        await Task.Delay(600);
        Assert.Equal("cancelled", (await silo.Whole.Run("second-001")).State);
        await silo.Whole.Requeue("second-001", 3);
        await _place.Until("second-001", RunState.Finished);
        Assert.Contains("has finished all 30 steps", (await Assert.ThrowsAsync<InputException>(() => silo.Whole.Requeue("second-001", null))).Message, StringComparison.Ordinal);
    }

    /// <summary>SIGTERM does the same: <see cref="OneSilo.DisposeAsync"/> stops the host.</summary>
    [Fact]
    public async Task ASiloThatLeavesCheckpointsItsRunAndAnotherGoesOnToTheSameBits()
    {
        string[] some = ["steps=3000", "checkpoint.every=1000"];
        await using (OneSilo whole = await OneSilo.Start(_place))
        {
            await whole.Whole.Submit("whole", Place.Experiment(some), 0);
            await _place.Until("whole-001", RunState.Finished);
        }

        await using (OneSilo first = await OneSilo.Start(_place))
        {
            await first.Whole.Submit("part", Place.Experiment(some), 0);
            await Place.Until(async () => (await first.Grains.GetGrain<IExperimentGrain>("part-001").Status()).Step > 300, "some steps");
        }

        RunStateFile left = RunStateFile.Read(_place.Run("part-001"))!;
        Assert.Equal(RunState.Queued, left.State);
        Assert.InRange(left.Step, 300, 2999);
        Assert.Equal(left.Step, left.Checkpoint);
        await using OneSilo second = await OneSilo.Start(_place);
        await _place.Until("part-001", RunState.Finished);
        Assert.Equal(_place.Sums("whole-001"), _place.Sums("part-001"));
    }

    [Fact]
    public async Task ARunThatCannotBeginFailsWithTheReasonAndDoesNotBlockOthers()
    {
        await using OneSilo silo = await OneSilo.Start(_place, ("queue.limit", "1"));
        InputException problem = await Assert.ThrowsAsync<InputException>(() => silo.Whole.Submit("huge", Place.Experiment("batch=60000"), 0));
        Assert.Contains("batch: 60000", problem.Message, StringComparison.Ordinal);
        await silo.Whole.Submit("waits", Place.Experiment("device=cuda"), 9);
        await silo.Whole.Submit("tiny", Place.Experiment(), 0);
        await _place.Until("tiny-001", RunState.Finished);
        await Place.Until(async () => (await silo.Whole.Run("waits-001")).Problem == "waits for a CUDA device: no silo of the cluster has one", "the reason");
    }

    [Theory]
    [InlineData("../tiny-001")]
    [InlineData("/etc")]
    [InlineData("..")]
    [InlineData("nothing-001")]
    public async Task PathsStayInTheFolderOfRuns(string run)
    {
        await using OneSilo silo = await OneSilo.Start(_place);
        Assert.Contains("unknown run", (await Assert.ThrowsAsync<InputException>(() => silo.Whole.Experiment(run))).Message, StringComparison.Ordinal);
    }
}
