using System.Collections.Concurrent;
using System.Diagnostics;
using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Grains.Tests;

/// <summary>Slices that leave while the backward pass goes on: in which order, and that no bit depends on it.</summary>
public sealed class OverlapTests
{
    private static readonly string[] Gan = ["replicas=2", "shards=2", "model.discriminator.hidden=[16, 64]"];

    /// <summary>Experiments whose networks can be cut where their shards begin.</summary>
    public static TheoryData<string> Cut => ["", Convolutions, Spectral, "model={kind: classifier, channels: [4, 8], kernel: 3, hidden: [16]}"];

    private const string Convolutions = "model={kind: gan, latent: 8, generator: {net: dcgan, channels: 8}, discriminator: {net: dcgan, channels: 8}}";
    private const string Spectral = "model={kind: gan, latent: 8, objective: hinge, generator: {net: dcgan, channels: 8, spectralNorm: true}, discriminator: {net: dcgan, channels: 8, spectralNorm: true}}";

    [Fact]
    public async Task A_slice_leaves_between_the_parts_of_the_backward_pass_that_made_it_final_and_the_next()
    {
        ConcurrentDictionary<int, ConcurrentQueue<string>> threads = [];
        using (ActivityListener listener = new()
        {
            ShouldListenTo = static source => source.Name is "Cluster.Training" or "Microsoft.Orleans.Application",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                // A device's spans end on its thread, one behind the other.
                if (span.GetTagItem("cluster.device.work") is "discriminator.learn" or "generator.learn" or "exchange.pack")
                {
                    threads.GetOrAdd(Environment.CurrentManagedThreadId, _ => []).Enqueue((string)span.GetTagItem("cluster.device.work")!);
                }
            },
        })
        {
            ActivitySource.AddActivityListener(listener);
            await using TrainingCluster cluster = await TrainingCluster.Start(2, services: EvenPlacement.Use);
            await cluster.Finish("run", [.. Gan, "metrics.traceEvery=1"]);
        }

        // The last slice is final when the pass has gone through the last layers, the first one with its end; each replica sends the other's.
        string[] early = [.. Repeated("discriminator.learn", "exchange.pack", "discriminator.learn", "generator.learn", "exchange.pack", "generator.learn")];
        string[] late = [.. Repeated("discriminator.learn", "discriminator.learn", "exchange.pack", "generator.learn", "generator.learn", "exchange.pack")];
        string[][] seen = [.. threads.Values.Select(each => each.ToArray())];
        Assert.Equal(2, seen.Length);
        Assert.Contains(early, seen);
        Assert.Contains(late, seen);

        static IEnumerable<string> Repeated(params string[] step) => Enumerable.Repeat(step, 12).SelectMany(each => each);
    }

    [Theory]
    [MemberData(nameof(Cut))]
    public async Task Slices_that_leave_early_give_the_files_of_one_silo(string model)
    {
        string[] file = [.. Gan, "shards=3", "batch=12", .. Given(model)];
        SortedDictionary<string, string> one = await Sums(1, file);
        Assert.Equal(one, await Sums(2, file));
        Assert.Equal(one, await Sums(3, file));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Any_number_of_replicas_gives_the_files_of_one_silo(int replicas)
    {
        string[] file = [.. Gan, "batch=12", $"replicas={replicas}", "shards=3"];
        SortedDictionary<string, string> one = await Sums(1, file);
        Assert.Equal(one, await Sums(2, file));
        Assert.Equal(one, await Sums(3, file));
    }

    [Theory]
    [InlineData("optimizer={name: adam, clipNorm: 0.01}")]
    [InlineData("onNonFinite=skip")]
    [InlineData("exchange={precision: bfloat16}")]
    [InlineData("exchange={localSteps: 3}")]
    [InlineData("exchange={compression: {name: top-k, share: 0.1}}")]
    [InlineData("model.objective=wasserstein")]
    [InlineData("model.objective=wasserstein-gp")]
    [InlineData("precision=float64")]
    public async Task What_the_file_asks_of_gradients_and_steps_holds_for_slices_that_leave_early(string also)
    {
        string[] file = [.. Gan, also];
        Assert.Equal(await Sums(1, file), await Sums(2, file));
    }

    [Theory]
    [InlineData("")]
    [InlineData(Convolutions)]
    public async Task A_silo_that_dies_in_the_middle_costs_no_bits(string model)
    {
        string[] file = [.. Gan, "steps=40", "checkpoint.every=10", .. Given(model)];
        SortedDictionary<string, string> undisturbed = await Sums(1, file);
        await using TrainingCluster cluster = await TrainingCluster.Start(3, services: EvenPlacement.Use);
        await cluster.FinishWithoutASilo("run", TrainingCluster.Experiment(file), 15);
        Assert.Equal(undisturbed, cluster.Sums("run"));
    }

    private static string[] Given(string model) => model.Length > 0 ? [model] : [];

    private static async Task<SortedDictionary<string, string>> Sums(short silos, string[] overrides)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start(silos, services: EvenPlacement.Use);
        RunStatus status = await cluster.Finish("run", overrides);
        Assert.Equal((RunState.Finished, null), (status.State, status.Problem));
        return cluster.Sums("run");
    }
}
