using Cluster.Contracts.Experiments;
using static Cluster.Contracts.Tests.Mistakes;

namespace Cluster.Contracts.Tests;

/// <summary><c>--set key=value</c>.</summary>
public sealed class OverrideTests
{
    private const string File =
        """
        model:
          kind: gan
          generator: {hidden: [8]}
        data: {name: digits, split: test}
        steps: 5
        optimizer:
          generator: {name: adam, learningRate: 1e-3}
        """;

    [Fact]
    public void ScalarsReplaceAndAdd()
    {
        var file = Good(File, "steps=9", "threads=4", "steps = 11");
        Assert.Equal((11, 4), (file.Steps, file.Threads));
    }

    [Fact]
    public void NestedKeys()
    {
        var file = Good(File, "model.generator.activation=relu", "checkpoint.every=7", "optimizer.discriminator.name=sgd", "optimizer.generator.beta1=0.25");
        Assert.Equal(Activation.Relu, ((GanModel)file.Model).Generator.Activation);
        Assert.Equal(new CheckpointSection { Every = 7 }, file.Checkpoint);
        Assert.Equal(new SgdOptimizer(), file.Optimizer["discriminator"]);
        Assert.Equal(new AdamOptimizer { LearningRate = 1e-3, Beta1 = 0.25 }, file.Optimizer["generator"]);
    }

    [Fact]
    public void ListsAndSectionsAreYaml()
    {
        var file = Good(File, "model.generator.hidden=[1,2]", "model.discriminator.hidden=[]", "sample={every: 3, grid: 2x5}");
        var gan = (GanModel)file.Model;
        Assert.Equal<ValueList<int>>([1, 2], gan.Generator.Hidden);
        Assert.Empty(gan.Discriminator.Hidden);
        Assert.Equal((3, 2, 5), (file.Sample.Every, file.Sample.Rows, file.Sample.Columns));
    }

    [Fact]
    public void APlainWordReplacesTheWholeSection() =>
        Assert.Equal(new DataSection { Name = "mnist", Split = "train" }, Good(File, "data=mnist").Data);

    [Fact]
    public void AKeyReachesIntoAPlainWord()
    {
        Assert.Equal(new DataSection { Name = "mnist", Split = "test" }, Good("model: gan\ndata: mnist", "data.split=test").Data);
        Assert.Equal(new DataSection { Name = "digits" }, Good("model: gan\ndata: mnist", "data.name=digits").Data);
        Assert.Equal(9, Good("model: gan\ncheckpoint:", "checkpoint.every=9").Checkpoint.Every);
    }

    [Fact]
    public void AnOverrideMendsAMistakeOfTheFile() => Assert.Equal(3, Good("model: gan\nsteps: -1", "steps=3").Steps);

    [Theory]
    [InlineData("steps=-3", "--set steps=-3: steps: must be a whole number of at least 1, but is -3")]
    [InlineData("steps=", "--set steps=: steps: has no value; it must be a whole number of at least 1, or leave the key out for the default 2000")]
    [InlineData("stpes=3", "--set stpes=3: stpes: is not a known key; did you mean steps?")]
    [InlineData("model.generator.hiden=[3]", "--set model.generator.hiden=[3]: model.generator.hiden: is not a known key; did you mean hidden?")]
    [InlineData("model.generator.hidden=[3, x]", "--set model.generator.hidden=[3, x]: model.generator.hidden[1]: must be a whole number from 1 to 1048576, but is x")]
    [InlineData("model.generator.hidden.0=3", "--set model.generator.hidden.0=3: model.generator.hidden: is a list, which is set as a whole, as in --set model.generator.hidden=[1, 2]")]
    [InlineData("model.kind=flow", "--set model.kind=flow: model.kind: must be one of gan, rbm, autoencoder, vae, vq-vae, dictionary, classifier, but is flow")]
    [InlineData("steps.every=3", "--set steps.every=3: steps: must be a whole number of at least 1, but is a section")]
    [InlineData("checkpoint=3", "--set checkpoint=3: checkpoint: must be a section of keys with values, but is 3")]
    [InlineData("optimizer.learningRate=1", "--set optimizer.learningRate=1: optimizer.learningRate: cannot stand beside options of single roles; write it under each role, as optimizer.generator.learningRate and optimizer.discriminator.learningRate")]
    [InlineData("optimizer.generator.momentum=0.5", "--set optimizer.generator.momentum=0.5: optimizer.generator.momentum: is not an option of adam, but of sgd and rmsprop")]
    [InlineData("steps", "--set steps: must be key=value, with dots between nested keys, as in --set optimizer.learningRate=0.001")]
    [InlineData("=3", "--set =3: must be key=value, with dots between nested keys, as in --set optimizer.learningRate=0.001")]
    [InlineData("a..b=3", "--set a..b=3: must be key=value, with dots between nested keys, as in --set optimizer.learningRate=0.001")]
    [InlineData("data=*x", "--set data=*x: data: the alias *x is not allowed; write the value out")]
    [InlineData("sample={every: 1, every: 2}", "--set sample={every: 1, every: 2}: every: stands twice in the same section; keep one")]
    public void MistakesNameTheFlag(string flag, string message) => Assert.Equal(message, Of(File, flag));

    [Theory]
    [InlineData("model.generator.hidden=[1")]
    [InlineData("name=\"x")]
    public void BrokenYamlNamesTheFlag(string flag) =>
        Assert.StartsWith($"--set {flag}: {flag[..flag.IndexOf('=')]}: is not valid YAML: ", Of(File, flag), StringComparison.Ordinal);

    [Fact]
    public void ReachingIntoAPlainValueThatIsNoSectionPointsAtTheFile() =>
        Assert.Equal(
            "x.yaml:2:13: checkpoint: must be a section of keys with values, but is often",
            Of("model: gan\ncheckpoint: often", "checkpoint.every=3"));

    [Fact]
    public void OneOptimizerForAllAndOneForARoleCannotMix() =>
        Assert.Equal(
            "x.yaml:2:12: optimizer.name: cannot stand beside options of single roles; write it under each role, as optimizer.generator.name and optimizer.discriminator.name",
            Of("model: gan\noptimizer: sgd", "optimizer.generator.learningRate=1"));
}
