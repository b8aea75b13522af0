using System.Text;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Contracts.Runs;

namespace Cluster.Grains.Tests;

/// <summary>A classifier through the actors: same files wherever its pieces are, learned, judged, and refused where it does not fit.</summary>
public sealed class ClassifierRunTests
{
    private const string Small = "kind: classifier, channels: [4, 8], kernel: 3, hidden: [16]";

    /// <summary>Enough steps to tell digits apart.</summary>
    internal static readonly string[] Learned = ["steps=500", "batch=32", "optimizer={name: adam, learningRate: 0.005}"];

    [Fact]
    public async Task Two_silos_and_a_pause_change_no_file()
    {
        string experiment = Of(Small, "replicas=2", "shards=2", "steps=60");
        SortedDictionary<string, string> one;
        await using (TrainingCluster cluster = await TrainingCluster.Start(1))
        {
            await cluster.Complete("run", experiment);
            one = cluster.Sums("run");
        }

        await using (TrainingCluster cluster = await TrainingCluster.Start(2))
        {
            await cluster.FinishInHalves("run", experiment, after: 5);
            Assert.Equal(one, cluster.Sums("run"));
        }

        Assert.Equal(2, one.Count);
    }

    [Fact]
    public async Task It_learns_and_its_confusion_is_that_of_its_accuracy()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Complete("run", Of(Small, [.. Learned, "sample.every=200"]));
        Assert.NotEmpty(Directory.EnumerateFiles(cluster.Folder("run").Samples));
        Dictionary<string, EvaluationItem> items = await cluster.Evaluated("run");

        EvaluationItem accuracy = items["accuracy"];
        Assert.InRange(accuracy.Value, 0.7, 1);
        Assert.Equal(Math.Sqrt(accuracy.Value * (1 - accuracy.Value) / 297), accuracy.StandardError, 1e-12);
        Assert.InRange(items["crossEntropy"].Value, 0.01, 1.5);
        int[][] confusion = [.. Encoding.UTF8.GetString(items["confusion"].File!).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(line => line.Split(',').Skip(1).Select(int.Parse).ToArray())];
        Assert.Equal(297, confusion.Sum(row => row.Sum()));
        Assert.Equal(accuracy.Value, Enumerable.Range(0, 10).Sum(label => confusion[label][label]) / 297.0, 1e-12);
        Assert.Equal(0x89, items["filters"].File![0]);
        Assert.Equal(0x89, items["mistakes"].File![0]);
    }

    [Theory]
    [InlineData("kind: classifier", "digits", "model: digits: images of 8x8 are too small for these convolutions")]
    [InlineData(Small, "ring-8", "ring-8")]
    public async Task Data_that_do_not_fit_are_refused(string model, string data, string expected)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        Assert.Contains(expected, await cluster.Problem("run", Of(model, "data.name=" + data)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_without_labels_are_refused()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string file = Path.Combine(cluster.Runs, "points.csv");
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, 40).Select(row => row % 2 == 0 ? "0,1" : "1,0"));
        Assert.Equal(
            $"model.kind: {file}/train has no labels for a classifier to learn; name data that have",
            await cluster.Problem("run", Of(Small, "data={name: " + file + "}")));
    }

    internal static string Of(string model, params string[] overrides) => ExperimentFile.Parse(
        $$"""
        model: { {{model}} }
        data: digits
        steps: 12
        batch: 16
        threads: 1
        checkpoint: {every: 0}
        sample: {every: 0}
        metrics: {every: 4}
        """,
        "test.yaml",
        overrides).ToYaml();
}
