namespace Cluster.Grains.Tests;

/// <summary>A learning rate that falls, as the shards step with it.</summary>
[Trait("Orleans", "either")]
public sealed class ScheduleTests
{
    /// <summary>From step 1 on the rate is 0, so that all steps together move as far as the first, however the gradients travel.</summary>
    [Theory]
    [InlineData(1, 1, "adam")]
    [InlineData(2, 2, "adam")]
    [InlineData(2, 2, "sgd")]
    public async Task A_rate_that_has_fallen_to_nothing_moves_nothing(short silos, int replicas, string optimizer)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start(silos);
        string[] spread = [$"replicas={replicas}", $"optimizer={{name: {optimizer}, learningRate: 0.01}}"];
        await cluster.Finish("one", [.. spread, "steps=1"]);
        await cluster.Finish("many", [.. spread, "steps=6", "optimizer.schedule={name: linear, until: 1}"]);
        await cluster.Finish("plain", [.. spread, "steps=6"]);

        Assert.Equal(SameBitsTests.Values(cluster, "generator", "one"), SameBitsTests.Values(cluster, "generator", "many"));
        Assert.Equal(SameBitsTests.Values(cluster, "discriminator", "one"), SameBitsTests.Values(cluster, "discriminator", "many"));
        Assert.NotEqual(SameBitsTests.Values(cluster, "generator", "many"), SameBitsTests.Values(cluster, "generator", "plain"));
    }

    [Fact]
    public async Task Plain_SGD_moves_by_the_rate_of_its_step_and_each_role_by_its_own()
    {
        // One step of a warm-up of four goes a quarter of the way.
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string[] sgd = ["steps=1", "optimizer.generator={name: sgd, learningRate: 0.5}", "optimizer.discriminator={name: sgd, learningRate: 1e-30}"];
        await cluster.Finish("still", [.. sgd, "optimizer.generator.learningRate=1e-30"]);
        await cluster.Finish("full", sgd);
        await cluster.Finish("quarter", [.. sgd, "optimizer.generator.schedule={name: constant, warmup: 4}"]);

        float[] start = SameBitsTests.Values(cluster, "generator", "still"), full = SameBitsTests.Values(cluster, "generator", "full");
        float[] quarter = SameBitsTests.Values(cluster, "generator", "quarter");
        double Moved(float[] to) => Math.Sqrt(start.Zip(to, (a, b) => ((double)a - b) * ((double)a - b)).Sum());
        Assert.Equal(0.25, Moved(quarter) / Moved(full), 1e-3);
    }
}
