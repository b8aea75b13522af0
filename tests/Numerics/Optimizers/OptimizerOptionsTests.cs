namespace Cluster.Numerics.Tests;

public sealed class OptimizerOptionsTests
{
    public static TheoryData<string, Func<OptimizerOptions>> Bad => new()
    {
        { "LearningRate", () => new SgdOptions(-1) },
        { "LearningRate", () => new AdamOptions(double.NaN) },
        { "LearningRate", () => new AdamOptions() with { LearningRate = double.PositiveInfinity } },
        { "Momentum", () => new SgdOptions(0.1, Momentum: 1) },
        { "Dampening", () => new SgdOptions(0.1, Dampening: -0.1) },
        { "WeightDecay", () => new SgdOptions(0.1, WeightDecay: -1) },
        { "Beta1", () => new AdamOptions(Beta1: 1) },
        { "Beta2", () => new AdamOptions(Beta2: -0.1) },
        { "Epsilon", () => new AdamOptions(Epsilon: 0) },
        { "WeightDecay", () => new AdamOptions(WeightDecay: double.NaN) },
        { "Beta1", () => new AdamWOptions(Beta1: 1.5) },
        { "Beta2", () => new AdamWOptions() with { Beta2 = 1 } },
        { "Epsilon", () => new AdamWOptions(Epsilon: -1e-8) },
        { "WeightDecay", () => new AdamWOptions(WeightDecay: -0.01) },
        { "Alpha", () => new RmsPropOptions(Alpha: 1) },
        { "Epsilon", () => new RmsPropOptions(Epsilon: 0) },
        { "Momentum", () => new RmsPropOptions(Momentum: -1) },
        { "WeightDecay", () => new RmsPropOptions(WeightDecay: -1) },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_value_out_of_range_is_refused_with_its_name(string property, Func<OptimizerOptions> make)
    {
        var refused = Assert.Throws<ArgumentException>(() => make());
        Assert.Equal(property, refused.ParamName);
        Assert.Contains($"{property} is ", refused.Message);
        Assert.Contains("must be ", refused.Message);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.9, 0.1)]
    public void Nesterov_needs_momentum_without_dampening(double momentum, double dampening) =>
        Assert.Contains("Nesterov", Assert.Throws<ArgumentException>(
            () => FlatOptimizer.Create(new SgdOptions(0.1, momentum, dampening, true), 3, TorchSharp.torch.CPU)).Message);

    [Fact]
    public void Defaults_are_those_of_PyTorch()
    {
        Assert.Equal(new AdamOptions(1e-3, 0.9, 0.999, 1e-8, 0), new AdamOptions());
        Assert.Equal(new AdamWOptions(1e-3, 0.9, 0.999, 1e-8, 0.01), new AdamWOptions());
        Assert.Equal(new RmsPropOptions(1e-2, 0.99, 1e-8, 0, false, 0), new RmsPropOptions());
        Assert.Equal(new SgdOptions(0.1, 0, 0, false, 0), new SgdOptions(0.1));
    }
}
