using Cluster.Models.Adversarial;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests;

/// <summary>Spectral normalization and minibatch discrimination.</summary>
public sealed class NormalizationTests
{
    [Fact]
    public void After_a_warm_up_spectral_norms_are_those_of_the_singular_values()
    {
        using DisposeScope scope = NewDisposeScope();
        LayerNetwork network = new(
            [1, 8, 8],
            [new SpectralLayer(new ConvolutionLayer(6, 3, 1, 1)), new ActivationLayer(new Activation(ActivationKind.Relu)), new SpectralLayer(new LinearLayer(10))]);
        using FlatParameters parameters = GanCases.Parameters(network.Layout, "discriminator");
        using FlatParameters memory = GanCases.Parameters(network.Memory!, "memory");
        using Tensor x_BD = GanCases.Normal("x", 3, 64);
        Assert.Equal(["0.u", "2.u"], network.Memory!.Slots.Select(slot => slot.Spec.Name));
        using Tensor exact = Exact(parameters, x_BD);
        double before = Distance(network, parameters, memory, x_BD, exact);
        for (int i = 0; i < 60; i++)
        {
            using DisposeScope step = NewDisposeScope();
            network.Forward(new NetworkPass(parameters, memory), x_BD).Dispose();
            memory.Values.sub_(memory.Gradients);
        }

        Assert.True(before > 0.01);
        Assert.InRange(Distance(network, parameters, memory, x_BD, exact), 0, 0.01);
        LayerNetwork scaled = new([1, 8, 8], [new SpectralLayer(new ConvolutionLayer(6, 3, 1, 1) { Bias = false }, 3)]);
        LayerNetwork plain = new([1, 8, 8], [new SpectralLayer(new ConvolutionLayer(6, 3, 1, 1) { Bias = false })]);
        using FlatParameters weights = GanCases.Parameters(scaled.Layout, "discriminator"), vectors = GanCases.Parameters(scaled.Memory!, "memory");
        using Tensor thrice = scaled.Forward(new NetworkPass(weights, vectors), x_BD), once = plain.Forward(new NetworkPass(weights, vectors), x_BD) * 3;
        Assert.True(thrice.allclose(once));
        Assert.Throws<InvalidOperationException>(() => network.Forward(parameters, x_BD));
    }

    /// <summary>Each weight's norm as the network sees it: what a layer makes of a basis, against the singular values of the same matrix.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Norms_of_every_layer_of_both_networks_are_within_a_hundredth_of_the_singular_values(bool convolutions)
    {
        GanOptions options = new()
        {
            Latent = 6,
            SpectralNorm = true,
            SpectralScale = 2,
            GeneratorSpectral = 3,
            GeneratorHidden = [8, 12],
            DiscriminatorHidden = [12, 8],
            GeneratorConvolutions = convolutions ? new DcganOptions { Channels = 4 } : null,
            DiscriminatorConvolutions = convolutions ? new DcganOptions { Channels = 4 } : null,
        };
        Gan gan = new(options, new ImageSize(1, 16, 16));
        foreach ((INetwork network, string role) in new[] { (gan.Generator, "generator"), (gan.Discriminator, "discriminator") })
        {
            using DisposeScope scope = NewDisposeScope();
            using FlatParameters parameters = GanCases.Parameters(network.Layout, role), memory = GanCases.Parameters(network.Memory!, "memory");
            Tensor x_BD = GanCases.Normal("warm up", 3, network.Inputs);
            for (int i = 0; i < 200; i++)
            {
                using DisposeScope step = NewDisposeScope();
                network.Forward(new NetworkPass(parameters, memory), x_BD).Dispose();
                memory.Values.sub_(memory.Gradients);
            }

            int layers = 0;
            foreach (ParameterSlot slot in network.Memory!.Slots)
            {
                string name = slot.Spec.Name[..^1] + "weight";
                Tensor weight = parameters[name].detach(), u = memory[slot.Spec.Name].detach();

                // A transposed convolution has its outputs in the second dimension.
                Tensor matrix = (weight.shape[0] == slot.Count ? weight : weight.transpose(0, 1)).flatten(1);
                Assert.Equal(slot.Count, matrix.shape[0]);
                Tensor v = matrix.t().mv(u);
                double estimate = (u.dot(matrix.mv(v / v.norm())) / u.norm()).ToDouble();
                double exact = linalg.svdvals(matrix).max().ToDouble();
                Assert.InRange(estimate / exact, 0.99, 1 + 1e-9);
                layers++;
            }

            Assert.Equal(3, layers);
        }
    }

    [Fact]
    public void A_pass_without_gradients_leaves_what_the_network_remembers_alone()
    {
        Gan gan = new(GanCases.Perceptrons() with { GeneratorSpectral = 1 }, 5);
        using FlatParameters g = GanCases.Parameters(gan.Generator.Layout, "generator"), memory = GanCases.Parameters(gan.Generator.Memory!, "memory");
        using Tensor z_BZ = GanCases.Normal("z", 3, 3);
        using (no_grad())
        {
            gan.Generator.Forward(new NetworkPass(g, memory), z_BZ).Dispose();
        }

        Assert.All(memory.Gradients.data<double>().ToArray(), value => Assert.Equal(0.0, value));
        gan.Generator.Forward(new NetworkPass(g, memory), z_BZ).Dispose();
        Assert.Contains(memory.Gradients.data<double>().ToArray(), value => value != 0);
    }

    [Fact]
    public void The_gradient_of_a_perceptron_with_spectral_norms_agrees_with_central_differences_and_it_is_1_Lipschitz()
    {
        using DisposeScope scope = NewDisposeScope();
        Gan gan = new(GanCases.Perceptrons(AdversarialObjective.Hinge) with { SpectralNorm = true }, 5);
        using FlatParameters d = GanCases.Parameters(gan.Discriminator.Layout, "discriminator");
        using FlatParameters memory = DcganTests.Settled(gan.Discriminator, d)!;
        using Tensor x_2BD = GanCases.Normal("x", 6, 5);
        d.ZeroGradients();
        gan.DiscriminatorStep(d, x_2BD, memory: memory);
        using Tensor gradient = d.Gradients.clone();
        GanCases.AgreesWithDifferences(gradient, d.Values, () => gan.DiscriminatorStep(d, x_2BD, memory: memory).Loss);

        using Tensor far = GanCases.Normal("far", 6, 5), there = gan.Discriminator.Forward(new NetworkPass(d, memory), far);
        using Tensor here = gan.Discriminator.Forward(new NetworkPass(d, memory), x_2BD);
        for (int row = 0; row < 6; row++)
        {
            double moved = (far - x_2BD).narrow(0, row, 1).norm().ToDouble();
            Assert.True((there - here).narrow(0, row, 1).abs().ToDouble() <= moved * 1.0001);
        }
    }

    [Fact]
    public void Minibatch_discrimination_is_equation_3_of_its_paper()
    {
        using DisposeScope scope = NewDisposeScope();
        LayerNetwork network = new([2], [new MinibatchLayer(3, 2)]);
        using FlatParameters parameters = GanCases.Parameters(network.Layout, "discriminator");
        using Tensor x_BD = GanCases.Normal("x", 4, 2);
        using Tensor y_BK = network.Forward(parameters, x_BD).detach();
        double[] x = x_BD.data<double>().ToArray(), w = parameters["0.weight"].detach().data<double>().ToArray();
        double M(int row, int kernel, int dimension) => (x[2 * row] * w[(2 * kernel) + dimension]) + (x[(2 * row) + 1] * w[6 + (2 * kernel) + dimension]);
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(x[2 * i], y_BK[i, 0].ToDouble(), 1e-12);
            for (int kernel = 0; kernel < 3; kernel++)
            {
                double sum = Enumerable.Range(0, 4).Sum(j => Math.Exp(-Enumerable.Range(0, 2).Sum(c => Math.Abs(M(i, kernel, c) - M(j, kernel, c)))));
                Assert.Equal(sum, y_BK[i, 2 + kernel].ToDouble(), 1e-12);
            }
        }

        Assert.False(network.RowsAreIndependent);
    }

    /// <summary>The largest difference of the network's output from one with exact norms.</summary>
    private static double Distance(LayerNetwork network, FlatParameters parameters, FlatParameters memory, Tensor x_BD, Tensor exact)
    {
        using Tensor y = network.Forward(new NetworkPass(parameters, memory), x_BD);
        using Tensor off = (y - exact).abs() / exact.abs().max();
        return off.max().ToDouble();
    }

    private static Tensor Exact(FlatParameters parameters, Tensor x_BD)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor h = nn.functional.conv2d(x_BD.view(3, 1, 8, 8), Normalized(parameters["0.weight"]), parameters["0.bias"], padding: [1, 1]).relu();
        return nn.functional.linear(h.flatten(1), Normalized(parameters["2.weight"]), parameters["2.bias"]).detach().MoveToOuterDisposeScope();
    }

    private static Tensor Normalized(Tensor weight) => weight / linalg.svdvals(weight.flatten(1)).max();
}
