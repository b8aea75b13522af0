using Cluster.Contracts.Experiments;

namespace Cluster.Contracts.Tests;

/// <summary>The reference page and the examples agree with the schema.</summary>
public sealed class DocumentTests
{
    [Fact]
    public void TheReferencePageIsTheGeneratedText()
    {
        var generated = ExperimentReference.ToMarkdown();
        var fresh = Path.Combine(AppContext.BaseDirectory, "experiment-file.generated.md");
        File.WriteAllText(fresh, generated);
        var page = Path.Combine(AppContext.BaseDirectory, "docs", "experiment-file.md");
        Assert.True(
            File.Exists(page) && File.ReadAllText(page) == generated,
            $"docs/experiment-file.md is not what the schema says; copy {fresh} over it");
    }

    [Theory]
    [InlineData("latent", "| `latent` | integer | `100` | 1 to 1048576 |")]
    [InlineData("optimizers of other kinds", "## `optimizer` with `name: rmsprop`")]
    [InlineData("words", "minimax, non-saturating")]
    [InlineData("name", "| `name` | text | the file's name |")]
    public void TheReferenceHolds(string what, string text) =>
        Assert.True(ExperimentReference.ToMarkdown().Contains(text, StringComparison.Ordinal), what);

    [Fact]
    public void EveryExampleIsGoodAndNamedAfterItsFile()
    {
        var files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "examples"), "*.yaml");
        Assert.NotEmpty(files);
        Assert.All(files, path =>
        {
            var file = ExperimentFile.Load(path, []);
            Assert.Equal(Path.GetFileNameWithoutExtension(path), file.Name);
            Assert.Equal(file, ExperimentFile.Parse(file.ToYaml(), "y.yaml"));
        });
    }

    [Fact]
    public void TheMnistExampleIsTheNetworkItsCommentSays()
    {
        var file = ExperimentFile.Load(Path.Combine(AppContext.BaseDirectory, "examples", "gan-mnist.yaml"), []);
        var gan = Assert.IsType<GanModel>(file.Model);
        Assert.Equal(100, gan.Latent);
        Assert.Equal<ValueList<int>>([256, 512], gan.Generator.Hidden);
        Assert.Equal<ValueList<int>>([512, 256], gan.Discriminator.Hidden);
        Assert.Equal((20000, 64, "mnist"), (file.Steps, file.Batch, file.Data.Name));
        Assert.Equal(new AdamOptimizer { LearningRate = 2e-4, Beta1 = 0.5, Beta2 = 0.999 }, file.Optimizer["generator"]);
    }
}
