using Cluster.Models.Adversarial;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests;

/// <summary>The convolutional pair: its layers, its gradients, its statistics.</summary>
public sealed class DcganTests
{
    [Theory]
    [InlineData(1, 28, "0.weight:6272,100 2.weight:128 4.weight:128,64,4,4 5.weight:64 7.weight:64,1,4,4", "0.weight:64,1,4,4 2.weight:128,64,4,4 3.weight:128 5.weight:1,6272")]
    [InlineData(3, 32, "0.weight:4096,100 2.weight:256 4.weight:256,128,4,4 5.weight:128 7.weight:128,64,4,4 8.weight:64 10.weight:64,3,4,4", "0.weight:64,3,4,4 2.weight:128,64,4,4 3.weight:128 5.weight:256,128,4,4 6.weight:256 8.weight:1,4096")]
    [InlineData(3, 64, "0.weight:8192,100 2.weight:512 4.weight:512,256,4,4 5.weight:256 7.weight:256,128,4,4 8.weight:128 10.weight:128,64,4,4 11.weight:64 13.weight:64,3,4,4", "0.weight:64,3,4,4 2.weight:128,64,4,4 3.weight:128 5.weight:256,128,4,4 6.weight:256 8.weight:512,256,4,4 9.weight:512 11.weight:1,8192")]
    public void Layers_are_those_of_the_paper(int channels, int side, string generator, string discriminator)
    {
        Gan gan = new(new GanOptions { GeneratorConvolutions = new(), DiscriminatorConvolutions = new() }, new ImageSize(channels, side, side));
        Assert.Equal(generator, Weights(gan.Generator));
        Assert.Equal(discriminator, Weights(gan.Discriminator));
        Assert.Equal((100, channels * side * side, 1), (gan.Generator.Inputs, (int)gan.Generator.Outputs, (int)gan.Discriminator.Outputs));
        Assert.False(gan.Discriminator.RowsAreIndependent);

        // Weights are N(0, 0.02²), and normalized layers have no bias of their own.
        using FlatParameters d = GanCases.Parameters(gan.Discriminator.Layout, "discriminator");
        Assert.Equal(0.02, d["2.weight"].std().ToDouble(), 0.0005);
        Assert.DoesNotContain(gan.Discriminator.Layout.Slots, slot => slot.Spec.Name == "2.bias");
    }

    [Theory]
    [InlineData(30, 30)]
    [InlineData(28, 32)]
    [InlineData(4, 4)]
    [InlineData(1, 2)]
    public void Images_of_other_sizes_are_refused(int height, int width)
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => Dcgan.Generator(new DcganOptions(), 8, new ImageSize(1, height, width), OutputKind.Tanh));
        if (height != 30)
        {
            Assert.Contains($"{height}x{width} do not fit a DCGAN", refused.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false, false, 0)]
    [InlineData(true, false, 0)]
    [InlineData(false, true, 3)]
    public void Gradients_through_convolutions_and_batch_statistics_agree_with_central_differences(bool spectral, bool minibatch, int classes)
    {
        Gan gan = new(Small(spectral, minibatch, classes), new ImageSize(1, 8, 8));
        using FlatParameters g = GanCases.Parameters(gan.Generator.Layout, "generator"), d = GanCases.Parameters(gan.Discriminator.Layout, "discriminator");
        using FlatParameters? memory = Settled(gan.Discriminator, d);
        using Tensor labels_BK = eye(3, dtype: ScalarType.Float64).narrow(1, 0, Math.Max(classes, 1));
        Tensor? labels = classes > 0 ? labels_BK : null;
        using Tensor x_2BD = GanCases.Normal("x", 6, 64 + classes), z_BZ = GanCases.Normal("z", 3, 4 + classes);
        d.ZeroGradients();
        gan.DiscriminatorStep(d, x_2BD, memory: memory);
        using Tensor gradient = d.Gradients.clone();
        GanCases.AgreesWithDifferences(gradient, d.Values, () => gan.DiscriminatorStep(d, x_2BD, memory: memory).Loss);

        GanCases.GeneratorAgreesWithDifferences(gan, g, d, z_BZ, memory, labels);
    }

    [Fact]
    public void Statistics_are_the_means_over_batches_and_make_rows_independent()
    {
        Gan gan = new(Small(false, false, 0), new ImageSize(1, 8, 8));
        using FlatParameters g = GanCases.Parameters(gan.Generator.Layout, "generator");
        using Tensor first_BZ = GanCases.Normal("first", 6, 4), second_BZ = GanCases.Normal("second", 6, 4);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (NewDisposeScope())
        {
            NetworkPass one = new NetworkPass(g).WithStatistics(gan.Generator, first_BZ);
            NetworkPass both = new NetworkPass(g).WithStatistics(gan.Generator, first_BZ, second_BZ);
            Tensor whole = gan.Generator.Forward(both, first_BZ), alone = gan.Generator.Forward(both, first_BZ.narrow(0, 2, 1));
            Assert.True(whole.narrow(0, 2, 1).allclose(alone));
            Assert.False(whole.allclose(gan.Generator.Forward(one, first_BZ)));

            // With the batch's own mean, and its variance but for n/(n − 1), the output is nearly that of training.
            Assert.InRange((gan.Generator.Forward(one, first_BZ) - gan.Generator.Forward(g, first_BZ)).abs().max().ToDouble(), 1e-12, 0.02);
            one.Statistics!.Dispose();
            both.Statistics!.Dispose();
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_label_changes_what_is_made_and_how_it_is_judged()
    {
        Gan gan = new(Small(false, false, 3), new ImageSize(1, 8, 8));
        using FlatParameters d = GanCases.Parameters(gan.Discriminator.Layout, "discriminator");
        using DisposeScope scope = NewDisposeScope();
        Tensor image = GanCases.Normal("image", 4, 64), labels = eye(3, dtype: ScalarType.Float64);
        Tensor Judged(int label) => gan.Judge(d, image, null, labels.narrow(0, label, 1).expand(4, 3)).Loss;
        Assert.NotEqual(Judged(0).ToDouble(), Judged(1).ToDouble());
        Assert.Equal([4, 64], gan.Judge(d, image, null, labels.narrow(0, 1, 1).expand(4, 3)).Gradient.shape);
    }

    internal static FlatParameters? Settled(INetwork network, FlatParameters parameters)
    {
        if (network.Memory is not { } layout)
        {
            return null;
        }

        FlatParameters memory = GanCases.Parameters(layout, "memory");
        using Tensor input = GanCases.Normal("settle", 2, network.Inputs);
        for (int i = 0; i < 600; i++)
        {
            using DisposeScope step = NewDisposeScope();
            network.Forward(new NetworkPass(parameters, memory), input).Dispose();
            memory.Values.sub_(memory.Gradients);
        }

        return memory;
    }

    private static GanOptions Small(bool spectral, bool minibatch, int classes) => new()
    {
        Latent = 4,
        Classes = classes,
        SpectralNorm = spectral,
        Minibatch = minibatch ? new MinibatchLayer(3, 2) : null,
        GeneratorConvolutions = new DcganOptions { Channels = 2 },
        DiscriminatorConvolutions = new DcganOptions { Channels = 2 },
    };

    private static string Weights(INetwork network) => string.Join(' ', network.Layout.Slots
        .Where(slot => slot.Spec.Name.EndsWith("weight", StringComparison.Ordinal))
        .Select(slot => $"{slot.Spec.Name}:{string.Join(',', slot.Spec.Shape)}"));
}
