using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Grains.Tests;

[Trait("Orleans", "either")]
public sealed class NonFiniteTests
{
    /// <summary>The first steps of plain SGD at this rate throw the parameters so far that later gradients overflow.</summary>
    private static readonly string[] Wild = ["steps=10", "checkpoint.every=1", "checkpoint.keep=20", "optimizer={name: sgd, learningRate: 1e30}", "model.generator.output=sigmoid"];

    [Fact]
    public async Task Skipped_updates_leave_finite_parameters_on_every_sharding()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        Assert.Equal(RunState.Failed, (await cluster.Train("stopped", Wild)).State);
        await cluster.Finish("skipped", [.. Wild, "onNonFinite=skip"]);
        await cluster.Finish("sliced", [.. Wild, "onNonFinite=skip", "shards=3"]);

        float[] whole = SameBitsTests.Values(cluster, "generator", "skipped");
        Assert.All(whole, value => Assert.True(float.IsFinite(value)));
        Assert.Equal(whole, SameBitsTests.Values(cluster, "generator", "sliced", 3));
    }

    [Fact]
    public async Task Skipping_changes_nothing_where_all_is_finite()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Finish("plain", "replicas=2", "shards=2");
        await cluster.Finish("skipping", "replicas=2", "shards=2", "onNonFinite=skip");
        Assert.Equal(cluster.Sums("plain"), cluster.Sums("skipping"));
    }

    [Fact]
    public async Task A_rollback_leaves_the_step_out_and_a_resumed_run_leaves_it_out_too()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string[] back = [.. Wild, "onNonFinite=rollback"];
        await cluster.Finish("whole", back);
        RunFolder folder = cluster.Folder("whole");
        Assert.NotEmpty(RunStateFile.Read(folder)!.LeftOut!);
        Assert.Contains("that step is left out from now on", File.ReadAllText(folder.Events), StringComparison.Ordinal);
        Assert.All(SameBitsTests.Values(cluster, "generator", "whole"), value => Assert.True(float.IsFinite(value)));

        await cluster.Finish("again", back);
        foreach (string newer in Directory.GetDirectories(cluster.Folder("again").Checkpoints).Order(StringComparer.Ordinal).Skip(4))
        {
            Directory.Delete(newer, recursive: true);
        }

        (RunStateFile.Read(cluster.Folder("again"))! with { State = RunState.Running }).Write(cluster.Folder("again"));
        await cluster.Run("again").Resume();
        await cluster.Ended("again");
        Assert.Equal(cluster.Sums("whole"), cluster.Sums("again"));
    }
}
