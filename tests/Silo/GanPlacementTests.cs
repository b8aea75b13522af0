using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Cluster.Grains;

namespace Cluster.Silo.Tests;

/// <summary>A GAN whose networks are on one device, on two of one silo, or on two silos: the same files, whether they take turns or not.</summary>
public sealed class GanPlacementTests : IDisposable
{
    private readonly Place _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task WhereTheNetworksAreChangesNoFile(int staleness)
    {
        // The discriminator has much more work than the generator, which must not take back what is still to be read.
        string[] run =
        [
            "device=cuda", "shards=2", "steps=16", "model.discriminatorSteps=4", "model.discriminator.hidden=[1024, 1024]", $"model.staleness={staleness}",
        ];
        await using PlacedCluster cluster = await PlacedCluster.Start(_place, new QueueLimits());
        (string Name, string[] Where)[] places =
        [
            ("one", ["placement.pool=left"]),
            ("two", ["placement.roles=[discriminator=left]"]),
            ("apart", ["placement.pool=left", "placement.roles=[discriminator=right]"]),
        ];
        foreach ((string name, string[] where) in places)
        {
            await cluster.Whole.Submit(name, Place.Experiment([.. run, .. where]), 0);
            await Place.Until(() => Task.FromResult(Ended(name + "-001")), $"{name} to end");
            Assert.True(State(name + "-001")!.State == RunState.Finished, State(name + "-001")!.Problem);
        }

        SortedDictionary<string, string> one = _place.Sums("one-001");
        Assert.Equal(4 + staleness, one.Count);
        Assert.Equal(one, _place.Sums("two-001"));
        Assert.Equal(one, _place.Sums("apart-001"));
    }

    private RunStateFile? State(string run) => RunStateFile.Read(_place.Run(run));

    private bool Ended(string run) => State(run)?.State is RunState.Finished or RunState.Failed && !_place.Run(run).IsLocked();
}
