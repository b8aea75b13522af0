using Cluster.Contracts.Experiments;
using static Cluster.Contracts.Tests.Mistakes;

namespace Cluster.Contracts.Tests;

/// <summary>What good files mean.</summary>
public sealed class ReadingTests
{
    [Fact]
    public void TheSmallestFileTakesEveryDefault()
    {
        var file = Good("model: {kind: gan}");
        Assert.Equal(new ExperimentFile { Name = "x" }, file);
        Assert.Equal(new AdamOptimizer { LearningRate = 2e-4, Beta1 = 0.5 }, file.Optimizer["generator"]);
        Assert.Equal("gan", file.Model.Kind);
        Assert.Equal("adam", file.Optimizer["discriminator"].Name);
    }

    [Fact]
    public void PlainWordsStandForSections()
    {
        var file = Good("model: gan\ndata: mnist\noptimizer: sgd");
        Assert.Equal("mnist", file.Data.Name);
        Assert.Equal(new SgdOptimizer(), file.Optimizer["generator"]);
        Assert.Equal(new SgdOptimizer(), file.Optimizer["discriminator"]);
    }

    [Fact]
    public void ASharedOptimizerStartsFromTheFamilysDefaults()
    {
        var file = Good("model: gan\noptimizer: {name: adam, learningRate: 1e-3}");
        Assert.Equal(new AdamOptimizer { LearningRate = 1e-3, Beta1 = 0.5 }, file.Optimizer["generator"]);
        Assert.Equal(new AdamWOptimizer { LearningRate = 2e-4, Beta1 = 0.5 }, Good("model: gan\noptimizer: adamw").Optimizer["generator"]);
        Assert.Equal(new RmsPropOptimizer { LearningRate = 5e-5 }, Good("model: gan\noptimizer: rmsprop").Optimizer["generator"]);
    }

    [Fact]
    public void EachRoleMayHaveItsOwnOptimizer()
    {
        var file = Good("model: gan\noptimizer:\n  discriminator: {name: sgd, momentum: 0.9, nesterov: true}\n");
        Assert.Equal(new AdamOptimizer { LearningRate = 2e-4, Beta1 = 0.5 }, file.Optimizer["generator"]);
        Assert.Equal(new SgdOptimizer { Momentum = 0.9, Nesterov = true }, file.Optimizer["discriminator"]);
        Assert.Throws<KeyNotFoundException>(() => file.Optimizer["encoder"]);
    }

    [Theory]
    [InlineData("1e-4", 1e-4)]
    [InlineData("1E-4", 1e-4)]
    [InlineData("+.5", 0.5)]
    [InlineData("2.", 2)]
    [InlineData("3", 3)]
    public void NumbersMayBeWrittenInAnyUsualWay(string text, double value) =>
        Assert.Equal(value, Good($"model: gan\noptimizer: {{learningRate: {text}}}").Optimizer["generator"].LearningRate);

    [Fact]
    public void MinusZeroIsZero() =>
        Assert.Contains("labelSmoothing: 0\n", Good("model: {kind: gan, discriminator: {labelSmoothing: -0}}").ToYaml(), StringComparison.Ordinal);

    [Fact]
    public void TheLargestSeedIsReadExactly() => Assert.Equal(long.MaxValue, Good("model: gan\nseed: 9223372036854775807").Seed);

    [Theory]
    [InlineData("cpu", DeviceKind.Cpu, null)]
    [InlineData("cuda", DeviceKind.Cuda, null)]
    [InlineData("cuda:3", DeviceKind.Cuda, 3)]
    public void Devices(string text, DeviceKind kind, int? index) =>
        Assert.Equal(new DeviceName(kind, index), Good($"model: gan\ndevice: {text}").Device);

    [Theory]
    [InlineData("a/b/gan-mnist.yaml", "gan-mnist")]
    [InlineData("My Experiment.v2.yml", "my-experiment-v2")]
    [InlineData("---.yaml", "experiment")]
    [InlineData("", "experiment")]
    public void TheNameComesFromTheFile(string fileName, string name) => Assert.Equal(name, ExperimentFile.Parse("model: gan", fileName).Name);

    [Fact]
    public void TheSlopeBelongsToLeakyRelu()
    {
        var file = Good("model: {kind: gan, generator: {activation: tanh}}");
        var lines = file.ToYaml().Split('\n').Count(line => line.Contains("slope:", StringComparison.Ordinal));
        Assert.Equal(1, lines);
    }

    [Fact]
    public void RoleOptimizersNeedOneForEachRole() =>
        Assert.Throws<ArgumentException>(() => new RoleOptimizers(["a", "b"], [new SgdOptimizer()]));

    [Theory]
    [InlineData("8x8", 8, 8)]
    [InlineData("1x100", 1, 100)]
    public void Grids(string text, int rows, int columns) => Assert.Equal(new SampleGrid(rows, columns), SampleGrid.TryParse(text));

    [Theory]
    [InlineData("8X8")]
    [InlineData("8x")]
    [InlineData("+8x8")]
    [InlineData("101x1")]
    public void NoGrids(string text) => Assert.Null(SampleGrid.TryParse(text));
}
