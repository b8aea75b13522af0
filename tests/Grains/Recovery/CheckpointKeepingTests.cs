using System.Globalization;
using System.Text.Json;
using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Grains.Tests;

[Trait("Orleans", "either")]
public sealed class CheckpointKeepingTests
{
    [Theory]
    [InlineData("lower")]
    [InlineData("higher")]
    public async Task The_best_checkpoint_by_a_figure_stays_beside_the_newest(string better)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Finish("all", "steps=60", "checkpoint={every: 5, keep: 100}", "metrics.every=1");
        await cluster.Finish("run", "steps=60", $"checkpoint={{every: 5, keep: 2, best: discriminatorLoss, better: {better}}}");

        // The figures of the run that keeps all, five steps a checkpoint, say which one is best.
        double[] losses = [.. File.ReadLines(cluster.Folder("all").Metrics).Select(row => JsonDocument.Parse(row).RootElement.GetProperty("discriminatorLoss").GetDouble())];
        double[] means = [.. losses.Chunk(5).Select(some => some.Average())];
        int best = Array.IndexOf(means, better == "lower" ? means.Min() : means.Max());
        string[] expected = [.. new[] { (best + 1) * 5, 55, 60 }.Distinct().Order().Select(step => RunFolder.StepName(step))];
        Assert.Equal(expected, Directory.EnumerateDirectories(cluster.Folder("run").Checkpoints).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task An_unknown_figure_is_refused_with_those_that_there_are()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        InputException refused = await Assert.ThrowsAsync<InputException>(() => cluster.Run("run").Start(TrainingCluster.Experiment("checkpoint.best=elbo")));
        Assert.Equal(
            "checkpoint.best: elbo is no figure of a gan; its figures are discriminatorLoss, generatorLoss, realScore, fakeScore", refused.Message);
        Assert.False(Directory.Exists(cluster.Folder("run").Path));
    }

    [Fact]
    public async Task A_row_that_cannot_be_written_stops_the_run_with_its_checkpoints_intact()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        RunFolder folder = cluster.Folder("run");
        Directory.CreateDirectory(folder.Metrics); // a folder where the file should be
        RunStatus status = await cluster.Train("run", "steps=100000", "checkpoint.every=10");

        Assert.Equal(RunState.Failed, status.State);
        Assert.StartsWith($"cannot write to the runs folder {folder.Path}: ", status.Problem, StringComparison.Ordinal);
        Assert.All(CheckpointFolder.List(folder).Where(checkpoint => checkpoint.IsSealed), checkpoint => Assert.Null(checkpoint.Problem()));
    }

    [Fact]
    public async Task A_checkpoint_that_fails_half_way_leaves_the_one_before_intact()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string[] run = ["steps=40", "checkpoint.every=10", "shards=2"];
        await cluster.Finish("undisturbed", run);
        RunFolder folder = cluster.Folder("run");
        string blocked = Path.Combine(folder.Checkpoints, "step-000030", "discriminator-01-of-02.safetensors.part");
        Directory.CreateDirectory(blocked);
        RunStatus status = await cluster.Train("run", run);

        Assert.Equal(RunState.Failed, status.State);
        Assert.EndsWith("the last good checkpoint is step-000020", status.Problem, StringComparison.Ordinal);
        Assert.Equal("20", CheckpointFolder.NewestSound(folder, _ => { })!.Step.ToString(CultureInfo.InvariantCulture));

        Directory.Delete(blocked);
        await cluster.Run("run").Resume();
        Assert.Equal(RunState.Finished, (await cluster.Ended("run")).State);
        Assert.Equal(cluster.Sums("undisturbed"), cluster.Sums("run"));
    }
}
