using Cluster.Models.Adversarial;
using Cluster.Models.Classifiers;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests;

/// <summary>Backward passes in parts: their bits are those of the undivided pass, and what is final after a part stays as it is.</summary>
public sealed class PassPartsTests
{
    private static readonly GanOptions s_perceptrons = new() { Latent = 6, GeneratorHidden = [9, 12, 20], DiscriminatorHidden = [20, 12, 9] };

    private static readonly GanOptions s_dcgan = s_perceptrons with
    {
        GeneratorConvolutions = new DcganOptions { Channels = 4 }, DiscriminatorConvolutions = new DcganOptions { Channels = 4 },
    };

    /// <summary>Pairs by what is special about them.</summary>
    public static TheoryData<string> Pairs => ["perceptrons", "dcgan", "spectral dcgan", "spectral perceptrons", "codes", "minibatch"];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_discriminator_in_parts_has_the_bits_of_the_whole(string pair)
    {
        Gan gan = Of(pair);
        INetwork network = gan.Discriminator;
        using FlatParameters whole = Parameters(network.Layout), divided = Parameters(network.Layout);
        using FlatParameters? memory = Memory(network), other = Memory(network);
        using Tensor x_2BD = Normal("x", 8, network.Inputs);
        using Tensor? codes_BQ = pair == "codes" ? Codes() : null;
        DiscriminatorReport expected = gan.DiscriminatorStep(whole, x_2BD, memory: memory, codes_BQ: codes_BQ);
        using PassParts parts = gan.DiscriminatorParts(Everywhere(network))!;
        DiscriminatorReport report = gan.DiscriminatorStep(divided, x_2BD, memory: other, codes_BQ: codes_BQ, parts: parts);
        Walk(parts, divided, whole);
        Assert.Equal(expected, report);
        Assert.True(other is null || other.Gradients.eq(memory!.Gradients).all().ToBoolean());
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_generator_in_parts_has_the_bits_of_the_whole(string pair)
    {
        INetwork network = Of(pair).Generator;
        using FlatParameters whole = Parameters(network.Layout), divided = Parameters(network.Layout);
        using FlatParameters? memory = Memory(network), other = Memory(network);
        using Tensor z_BZ = Normal("z", 5, network.Inputs), gradient_BD = Normal("gradient", 5, network.Outputs);
        using (Tensor fakes = network.Forward(new NetworkPass(whole, memory), z_BZ))
        {
            fakes.backward([gradient_BD]);
        }

        Gan gan = Of(pair);
        using PassParts others = gan.GeneratorParts(Everywhere(gan.Generator))!;
        using (PassParts own = PassParts.Of(network, Everywhere(network))!)
        {
            using (Tensor fakes = network.Forward(new NetworkPass(divided, other, Parts: own), z_BZ))
            {
                fakes.backward([gradient_BD]);
            }

            Walk(own, divided, whole);
        }

        // What takes another network apart leaves this one whole.
        using Tensor untouched = network.Forward(new NetworkPass(divided, other, Parts: others), z_BZ);
        divided.ZeroGradients();
        untouched.backward([gradient_BD]);
        using Tensor same = divided.Gradients.eq(whole.Gradients);
        Assert.True(same.all().ToBoolean());
    }

    [Fact]
    public void A_classifier_in_parts_has_the_bits_of_the_whole()
    {
        LeNet network = new(new LeNetOptions { Channels = [4, 6], Kernel = 3, Hidden = [12] }, new ImageSize(1, 12, 12), 5);
        using FlatParameters whole = Parameters(network.Network.Layout), divided = Parameters(network.Network.Layout);
        using Tensor x_BD = Normal("x", 6, 144), label_B = tensor(new long[] { 0, 1, 2, 3, 4, 0 });
        ClassifierReport expected = network.Step(whole, x_BD, label_B);
        using PassParts parts = PassParts.Of(network.Network, Everywhere(network.Network))!;
        Assert.Equal(expected, network.Step(divided, x_BD, label_B, parts));
        Walk(parts, divided, whole);
    }

    [Fact]
    public void Cuts_stand_in_front_of_the_layers_in_which_the_offsets_lie()
    {
        // 2·3 + 3, 3·4 + 4, 4·1 + 1 elements: layers begin at 0, 9 and 25.
        Mlp mlp = new(2, [3, 4], 1, new Activation(ActivationKind.Tanh), OutputKind.Linear);
        Assert.Equal([0L, 9, 25], mlp.LayerOffsets);
        Assert.Null(PassParts.Of(mlp, []));
        Assert.Null(PassParts.Of(mlp, [0, 8]));
        Assert.Equal([9L, 0], PassParts.Of(mlp, [9])!.From);
        Assert.Equal([25L, 9, 0], PassParts.Of(mlp, [8, 10, 24, 29])!.From);

        // Activations have no parameters: the cut stands right in front of the weights.
        LayerNetwork network = new([2], [new LinearLayer(3), new ActivationLayer(new Activation(ActivationKind.Relu)), new LinearLayer(1)]);
        Assert.Equal([0L, 9, 9], network.LayerOffsets);
        Assert.Equal([9L, 0], PassParts.Of(network, [10])!.From);
    }

    [Fact]
    public void What_goes_over_all_parameters_at_the_end_is_not_divided()
    {
        Gan penalized = new(s_perceptrons with { Objective = AdversarialObjective.Wasserstein, GradientPenalty = 10 }, 16);
        Assert.Null(penalized.DiscriminatorParts(Everywhere(penalized.Discriminator)));
        Gan orthogonal = new(s_dcgan with { Orthogonal = 1e-4 }, new ImageSize(1, 16, 16));
        Assert.Null(orthogonal.GeneratorParts(Everywhere(orthogonal.Generator)));
        Gan energy = new(s_perceptrons with { Objective = AdversarialObjective.EnergyBased, Margin = 1 }, 16);
        Assert.Null(energy.DiscriminatorParts([1, 100]));
    }

    /// <summary>Walks the parts behind the first one. After each, what it makes final has its last bits, and the first layers' are still to come.</summary>
    private static void Walk(PassParts parts, FlatParameters divided, FlatParameters whole)
    {
        Assert.True(parts.From.Count > 1);
        for (int part = 0; part < parts.From.Count; part++)
        {
            if (part > 0)
            {
                parts.Backward(part);
            }

            long from = parts.From[part];
            using Tensor same = divided.Gradients.eq(whole.Gradients);
            Assert.True(same.narrow(0, from, divided.Layout.Count - from).all().ToBoolean());
            Assert.True(from == 0 || divided.Gradients.narrow(0, 0, from).eq(0).all().ToBoolean());
        }
    }

    private static Gan Of(string pair) => pair switch
    {
        "perceptrons" => new Gan(s_perceptrons, 16),
        "spectral perceptrons" => new Gan(s_perceptrons with { SpectralNorm = true, GeneratorSpectral = 1 }, 16),
        "dcgan" => new Gan(s_dcgan, new ImageSize(1, 16, 16)),
        "spectral dcgan" => new Gan(s_dcgan with { SpectralNorm = true, GeneratorSpectral = 2 }, new ImageSize(1, 16, 16)),
        "codes" => new Gan(s_dcgan with { Codes = new LatentCodes([3], 1) }, new ImageSize(1, 16, 16)),
        _ => new Gan(s_perceptrons with { Minibatch = new MinibatchLayer(3, 2) }, 16),
    };

    private static IEnumerable<long> Everywhere(INetwork network) => network.Layout.Slots.Select(slot => slot.Offset);

    private static FlatParameters Parameters(ParameterLayout layout)
    {
        FlatParameters parameters = new(layout, CPU);
        parameters.Initialize(11, "test");
        return parameters;
    }

    private static FlatParameters? Memory(INetwork network) => network.Memory is { } memory ? Parameters(memory) : null;

    private static Tensor Normal(string purpose, params long[] shape)
    {
        Tensor values = empty(shape, ScalarType.Float32);
        RandomStream.Named(5, "test", 0, 0, purpose).FillNormal(values);
        return values;
    }

    private static Tensor Codes() => tensor(new float[] { 1, 0, 0, 0.3f, 0, 1, 0, -0.5f, 0, 0, 1, 0.9f, 1, 0, 0, -0.1f }, 4, 4);
}
