using Cluster.Models.Classifiers;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests;

/// <summary>The classifier: its layers, its gradient, and what is read back from its tensors.</summary>
public sealed class LeNetTests
{
    private static readonly LeNetOptions s_small = new() { Channels = [2, 3], Kernel = 3, Hidden = [5, 4] };

    [Fact]
    public void Layers_are_those_of_the_paper_for_28x28()
    {
        LeNet network = new(new LeNetOptions(), new ImageSize(1, 28, 28), 10);
        Assert.Equal(
            "0.weight:6,1,5,5 3.weight:16,6,5,5 6.weight:120,400 8.weight:84,120 10.weight:10,84",
            string.Join(' ', network.Network.Layout.Slots.Where(slot => slot.Spec.Name.EndsWith("weight", StringComparison.Ordinal)).Select(slot => $"{slot.Spec.Name}:{string.Join(',', slot.Spec.Shape)}")));
        Assert.Equal((784, 10, 84, 10), (network.Network.Inputs, network.Network.Outputs, network.Features.Outputs, network.Head));
    }

    [Fact]
    public void The_gradient_of_the_cross_entropy_agrees_with_central_differences()
    {
        LeNet network = new(s_small, new ImageSize(1, 8, 8), 3);
        using FlatParameters parameters = GanCases.Parameters(network.Network.Layout, "classifier");
        using Tensor x_BD = GanCases.Normal("x", 4, 64), label_B = tensor([0L, 2, 1, 2]);
        ClassifierReport report = network.Step(parameters, x_BD, label_B);
        using Tensor gradient = parameters.Gradients.clone();
        GanCases.AgreesWithDifferences(gradient, parameters.Values, () => network.Step(parameters, x_BD, label_B).Loss);

        using Tensor logits_BC = network.Network.Forward(parameters, x_BD);
        using Tensor taken_B = logits_BC.argmax(1);
        Assert.Equal(taken_B.data<long>().ToArray().Zip([0L, 2, 1, 2], (a, b) => a == b ? 0.25 : 0).Sum(), report.Accuracy);
    }

    [Fact]
    public void Its_tensors_alone_give_the_network_back()
    {
        LeNet network = new(s_small, new ImageSize(1, 8, 8), 3);
        using FlatParameters parameters = new(network.Network.Layout, CPU);
        parameters.Initialize(3, "classifier");
        using FeatureExtractor found = FeatureExtractor.From(Tensors(network, parameters), "classifier.", new ImageSize(1, 8, 8), CPU);
        Assert.Equal((4, 3), (found.Features, found.Classes));

        using Tensor x_BD = rand(6, 64);
        (Tensor features_BF, Tensor probability_BC) = found.Look(x_BD);
        Assert.Equal([6, 4], features_BF.shape);
        using Tensor expected_BC = network.Network.Forward(parameters, x_BD).softmax(1);
        Assert.Equal(expected_BC.data<float>().ToArray(), probability_BC.data<float>().ToArray());
        Assert.Equal(6, probability_BC.sum().ToDouble(), 1e-5);
    }

    [Theory]
    [InlineData(12, 12, "classifier.6.weight has the shape (5, 3), but for images of 1x12x12 it must be (5, 12)")]
    [InlineData(2, 2, "it does not fit images of 1x2x2")]
    public void Images_of_another_size_are_named(int height, int width, string expected)
    {
        LeNet network = new(s_small, new ImageSize(1, 8, 8), 3);
        using FlatParameters parameters = new(network.Network.Layout, CPU);
        ArgumentException refused = Assert.Throws<ArgumentException>(
            () => FeatureExtractor.From(Tensors(network, parameters), "classifier.", new ImageSize(1, height, width), CPU));
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_of_something_else_are_named()
    {
        using Tensor weight = zeros(3, 4);
        Dictionary<string, Tensor> other = new() { ["generator.0.weight"] = weight };
        Assert.Contains(
            "it holds generator.0.weight", Assert.Throws<ArgumentException>(() => FeatureExtractor.From(other, "classifier.", new ImageSize(1, 8, 8), CPU)).Message, StringComparison.Ordinal);

        LeNet network = new(s_small, new ImageSize(1, 8, 8), 3);
        using FlatParameters parameters = new(network.Network.Layout, CPU);
        Dictionary<string, Tensor> partial = Tensors(network, parameters);
        partial.Remove("classifier.3.bias");
        Assert.Contains(
            "it holds no tensor classifier.3.bias", Assert.Throws<ArgumentException>(() => FeatureExtractor.From(partial, "classifier.", new ImageSize(1, 8, 8), CPU)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shapes_that_are_no_LeNet_are_refused()
    {
        ImageSize image = new(1, 8, 8);
        Assert.Throws<ArgumentException>(() => new LeNet(s_small with { Kernel = 4 }, image, 3));
        Assert.Throws<ArgumentException>(() => new LeNet(s_small with { Hidden = [] }, image, 3));
        Assert.Throws<ArgumentException>(() => new LeNet(new LeNetOptions(), image, 3));
    }

    private static Dictionary<string, Tensor> Tensors(LeNet network, FlatParameters parameters) =>
        network.Network.Layout.Slots.ToDictionary(slot => "classifier." + slot.Spec.Name, slot => parameters[slot.Spec.Name], StringComparer.Ordinal);
}
