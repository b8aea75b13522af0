using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Grains.Tests;

/// <summary>The moving average of a generator's parameters: its values, and that samples are drawn with it.</summary>
[Trait("Orleans", "either")]
public sealed class GeneratorAverageTests
{
    private const string Sgd = "optimizer={name: sgd, learningRate: 0.5}";

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 2, 3)]
    public async Task It_begins_with_the_generator_and_follows_it_by_its_decay(short silos, int replicas, int shards)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start(silos);
        string[] spread = ["model.generator.average=0.75", Sgd, $"replicas={replicas}", $"shards={shards}"];
        await cluster.Finish("still", [.. spread, "steps=1", "optimizer.learningRate=1e-30"]);
        await cluster.Finish("one", [.. spread, "steps=1"]);
        await cluster.Finish("two", [.. spread, "steps=2"]);

        float[] Values(string run, string role) => SameBitsTests.Values(cluster, role, run, shards);
        float[] begin = Values("still", "generator"), first = Values("one", "generator"), second = Values("two", "generator");
        Assert.Equal(begin, Values("still", "generator-average"));
        Assert.NotEqual(begin, first);
        float[] once = [.. begin.Zip(first, (average, value) => average - (0.25f * (average - value)))];
        float[] twice = [.. once.Zip(second, (average, value) => average - (0.25f * (average - value)))];
        Close(once, Values("one", "generator-average"));
        Close(twice, Values("two", "generator-average"));
    }

    [Fact]
    public async Task Samples_are_drawn_with_it_and_training_is_not_changed_by_it()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string[] drawn = ["sample.every=6", Sgd];
        await cluster.Finish("plain", drawn);
        await cluster.Finish("averaged", [.. drawn, "model.generator.average=0.999"]);
        await cluster.Finish("untrained", [.. drawn, "steps=6", "optimizer.learningRate=1e-30"]);

        Assert.Equal(SameBitsTests.Values(cluster, "generator", "plain"), SameBitsTests.Values(cluster, "generator", "averaged"));
        byte[] Picture(string run) => File.ReadAllBytes(Directory.EnumerateFiles(cluster.Folder(run).Samples).Order(StringComparer.Ordinal).First());
        Assert.NotEqual(Picture("plain"), Picture("averaged"));

        // After six steps the average has hardly left the beginning.
        byte[][] evaluated = await Task.WhenAll(Evaluated("averaged"), Evaluated("plain"));
        Assert.NotEqual(evaluated[0], evaluated[1]);

        async Task<byte[]> Evaluated(string run)
        {
            string checkpoint = RunFolder.StepName(RunStateFile.Read(cluster.Folder(run))!.Checkpoint);
            string experiment = await File.ReadAllTextAsync(cluster.Folder(run).Experiment);
            await foreach (EvaluationItem item in cluster.Cluster.GrainFactory.GetGrain<IEvaluatorGrain>($"{run}/evaluator/0").Evaluate(experiment, checkpoint))
            {
                if (item.Name == "samples")
                {
                    return item.File!;
                }
            }

            throw new InvalidOperationException("no picture");
        }
    }

    private static void Close(float[] expected, float[] found) =>
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
}
