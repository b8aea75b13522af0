using Cluster.Models.Adversarial;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests;

/// <summary>The energy of an autoencoder, its objective, and the pulling-away term.</summary>
public sealed class EnergyTests
{
    [Fact]
    public void The_objective_is_that_of_equations_1_and_2()
    {
        double[] real = [0.2, 0.4], fake = [0.5, 3.0];
        using Tensor real_B1 = tensor(real, 2, 1), fake_B1 = tensor(fake, 2, 1);
        using Tensor discriminator = AdversarialLosses.Discriminator(AdversarialObjective.EnergyBased, real_B1, fake_B1, 0, margin: 1.5);
        using Tensor generator = AdversarialLosses.Generator(AdversarialObjective.EnergyBased, fake_B1);
        Assert.Equal(0.3 + (1.0 / 2), discriminator.ToDouble(), 1e-12);
        Assert.Equal(1.75, generator.ToDouble(), 1e-12);
    }

    [Fact]
    public void The_energy_is_the_mean_squared_error_of_the_reconstruction_and_the_code_stands_behind_it()
    {
        using DisposeScope scope = NewDisposeScope();
        Gan gan = new(GanCases.Perceptrons(AdversarialObjective.EnergyBased), 5);
        using FlatParameters d = GanCases.Parameters(gan.Discriminator.Layout, "discriminator");
        Assert.Equal(
            ["encoder.0.weight", "encoder.0.bias", "encoder.2.weight", "encoder.2.bias", "decoder.0.weight", "decoder.0.bias", "decoder.2.weight", "decoder.2.bias"],
            gan.Discriminator.Layout.Slots.Select(slot => slot.Spec.Name));
        Tensor x_BD = GanCases.Normal("x", 4, 5);
        Tensor Affine(string name, Tensor x) => nn.functional.linear(x, d[name + ".weight"], d[name + ".bias"]);
        Tensor code_BC = Affine("encoder.2", Affine("encoder.0", x_BD).tanh()).tanh();
        Tensor back_BD = Affine("decoder.2", Affine("decoder.0", code_BC).tanh()).tanh();
        Tensor expected = cat([(back_BD - x_BD).square().mean([1L], keepdim: true), code_BC], 1);
        Assert.True(expected.allclose(gan.Discriminator.Forward(d, x_BD), 1e-12, 1e-12));
        Assert.Equal((4L, false), (gan.Discriminator.Outputs, gan.Decides));
    }

    [Fact]
    public void The_pulling_away_term_is_the_mean_squared_cosine_of_two_codes()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor codes_BC = GanCases.Normal("codes", 4, 3);
        double[] c = codes_BC.data<double>().ToArray();
        double sum = 0;
        for (int i = 0; i < 4; i++)
        {
            for (int j = 0; j < 4; j++)
            {
                double dot = 0, a = 0, b = 0;
                for (int k = 0; k < 3; k++)
                {
                    (dot, a, b) = (dot + (c[(3 * i) + k] * c[(3 * j) + k]), a + (c[(3 * i) + k] * c[(3 * i) + k]), b + (c[(3 * j) + k] * c[(3 * j) + k]));
                }

                sum += i == j ? 0 : dot * dot / (a * b);
            }
        }

        Assert.Equal(sum / 12, EnergyNetwork.PullingAway(codes_BC).ToDouble(), 1e-10);
        Assert.Equal(1, EnergyNetwork.PullingAway(codes_BC.narrow(0, 0, 1).repeat(5, 1)).ToDouble(), 1e-10);
        Assert.Equal(0, EnergyNetwork.PullingAway(eye(3, dtype: ScalarType.Float64)).ToDouble(), 1e-10);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Gradients_of_both_sides_agree_with_central_differences(bool convolutions, bool spectral)
    {
        GanOptions options = GanCases.Perceptrons(AdversarialObjective.EnergyBased) with { PullingAway = 0.3, Margin = 4, SpectralNorm = spectral };
        Gan gan = convolutions
            ? new Gan(options with { GeneratorConvolutions = new() { Channels = 2 }, DiscriminatorConvolutions = new() { Channels = 2 } }, new ImageSize(1, 8, 8))
            : new Gan(options, 5);
        long pixels = gan.Generator.Outputs;
        using FlatParameters g = GanCases.Parameters(gan.Generator.Layout, "generator"), d = GanCases.Parameters(gan.Discriminator.Layout, "discriminator");
        using FlatParameters? memory = DcganTests.Settled(gan.Discriminator, d);
        using Tensor x_2BD = GanCases.Normal("x", 6, pixels), z_BZ = GanCases.Normal("z", 3, 3);
        d.ZeroGradients();
        gan.DiscriminatorStep(d, x_2BD, memory: memory);
        using Tensor gradient = d.Gradients.clone();
        GanCases.AgreesWithDifferences(gradient, d.Values, () => gan.DiscriminatorStep(d, x_2BD, memory: memory).Loss);
        GanCases.GeneratorAgreesWithDifferences(gan, g, d, z_BZ, memory);
    }

    [Theory]
    [InlineData(28, "0.weight:64,1,4,4 2.weight:128,64,4,4 3.weight:128", "0.weight:128,64,4,4 1.weight:64 3.weight:64,1,4,4")]
    [InlineData(32, "0.weight:64,1,4,4 2.weight:128,64,4,4 3.weight:128 5.weight:256,128,4,4 6.weight:256", "0.weight:256,128,4,4 1.weight:128 3.weight:128,64,4,4 4.weight:64 6.weight:64,1,4,4")]
    public void A_convolutional_autoencoder_mirrors_its_encoder(int side, string encoder, string decoder)
    {
        EnergyNetwork network = Dcgan.Energy(new DcganOptions(), new ImageSize(1, side, side), 0, null, OutputKind.Tanh);
        string Half(string prefix) => string.Join(' ', network.Layout.Slots
            .Where(slot => slot.Spec.Name.StartsWith(prefix, StringComparison.Ordinal) && slot.Spec.Name.EndsWith("weight", StringComparison.Ordinal))
            .Select(slot => $"{slot.Spec.Name[prefix.Length..]}:{string.Join(',', slot.Spec.Shape)}"));
        Assert.Equal((encoder, decoder), (Half("encoder."), Half("decoder.")));
    }

    [Fact]
    public void An_energy_without_a_code_is_refused() =>
        Assert.Contains("needs a code", Assert.Throws<ArgumentException>(
            () => new Gan(GanCases.Perceptrons(AdversarialObjective.EnergyBased) with { DiscriminatorHidden = [] }, 5)).Message, StringComparison.Ordinal);
}
