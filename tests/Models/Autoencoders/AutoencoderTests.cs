using Cluster.Models.Autoencoders;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests;

/// <summary>Every kind of autoencoder against central differences in float64, and its parts against their definitions.</summary>
public sealed class AutoencoderTests
{
    private static readonly AutoencoderOptions s_small = new() { Latent = 3, Hidden = [4], Activation = new Activation(ActivationKind.Tanh) };

    public static TheoryData<string, AutoencoderOptions> Kinds => new()
    {
        { "plain", s_small },
        { "squared error", s_small with { Likelihood = new SquaredErrorLikelihood(OutputKind.Sigmoid) } },
        { "tied", s_small with { Tied = true, Hidden = [4, 4] } },
        { "masking", s_small with { Corruption = CorruptionKind.Masking, CorruptionLevel = 0.4 } },
        { "noise", s_small with { Corruption = CorruptionKind.Gaussian, CorruptionLevel = 0.2 } },
        { "contractive, one layer", s_small with { Hidden = [], Code = OutputKind.Sigmoid, Contraction = 0.3 } },
        { "contractive, two layers", s_small with { Contraction = 0.3, Code = OutputKind.Tanh } },
        { "tied and contractive", s_small with { Hidden = [], Code = OutputKind.Sigmoid, Contraction = 0.3, Tied = true } },
        { "sparse, L1", s_small with { Sparsity = SparsityKind.L1, SparsityWeight = 0.2 } },
        { "sparse, target", s_small with { Sparsity = SparsityKind.KullbackLeibler, Code = OutputKind.Sigmoid, SparsityWeight = 0.7 } },
        { "learned variance", s_small with { Likelihood = new GaussianLikelihood(VarianceKind.Learned, 0.5, OutputKind.Sigmoid) } },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Gradients_agree_with_central_differences(string kind, AutoencoderOptions options)
    {
        Assert.NotEmpty(kind);
        using SplitModel model = new(new Autoencoder(options, 1, 2, 3), 4);
        model.AssertGradients();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(10)]
    public void Gradients_of_every_stage_of_greedy_training_agree(long step)
    {
        // The encoder's layer 0 belongs with the decoder's layer 2, and the other way round.
        Autoencoder stacked = new(s_small with { Hidden = [4], GreedySteps = 5, Corruption = CorruptionKind.Masking }, 1, 2, 3);
        using SplitModel model = new(stacked, 4, step: step);
        long stage = step / 5;
        model.AssertStage(stage == 0 ? ["0."] : stage == 1 ? ["2."] : ["0.", "2."], stage == 0 ? ["2."] : stage == 1 ? ["0."] : ["0.", "2."]);
    }

    [Fact]
    public void Greedy_training_moves_one_layer_of_each_half_at_a_time()
    {
        Autoencoder stacked = new(s_small with { Hidden = [5, 4], GreedySteps = 10 }, 1, 2, 3);
        string[] moved = ["0. 4.", "2. 2.", "4. 0.", "0. 2. 4. 0. 2. 4."];
        for (int stage = 0; stage < moved.Length; stage++)
        {
            using SplitModel model = new(stacked, 4, step: 10 * stage);
            model.Learn();
            Assert.Equal(moved[stage], string.Join(' ', Moved(model.Encoder).Concat(Moved(model.Decoder))));
        }
    }

    [Fact]
    public void The_convolutional_pair_has_the_sizes_of_its_description_and_its_gradients_agree()
    {
        (LayerNetwork encoder, LayerNetwork decoder) = ConvolutionalCoder.Pair(1, 28, 28, 1, OutputKind.Linear);
        Assert.Equal([8, 2, 2], encoder.OutputShape);
        Assert.Equal([1, 28, 28], decoder.OutputShape);
        Assert.Equal([8L, 1, 2, 2], decoder.Layout["4.weight"].Spec.Shape.ToArray());
        Assert.Equal([3, 32, 32], ConvolutionalCoder.Pair(3, 32, 32, 1, OutputKind.Linear).Decoder.OutputShape);

        Autoencoder small = new(new AutoencoderOptions { Network = AutoencoderNetwork.Convolutional, Likelihood = new SquaredErrorLikelihood() }, 1, 16, 16);
        using SplitModel model = new(small, 2);
        Random picks = new(1);
        foreach (FlatParameters half in new[] { model.Encoder, model.Decoder })
        {
            model.ZeroGradients();
            model.Learn();
            double[] gradient = SplitModel.Values(half.Gradients);
            for (int trial = 0; trial < 40; trial++)
            {
                int i = picks.Next(gradient.Length);
                double value = half.Values.AsDoubles()[i];
                half.Values.AsDoubles()[i] = value + 1e-6;
                double above = model.Learn();
                half.Values.AsDoubles()[i] = value - 1e-6;
                double below = model.Learn();
                half.Values.AsDoubles()[i] = value;
                Assert.Equal((above - below) / 2e-6, gradient[i], 1e-5 * (1 + Math.Abs(gradient[i])));
            }
        }
    }

    [Theory]
    [InlineData(8, 8, "16x16")]
    [InlineData(28, 12, "16x16")]
    public void Images_too_small_for_the_convolutional_pair_are_refused(int height, int width, string need)
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => ConvolutionalCoder.Pair(1, height, width, 1, OutputKind.Linear));
        Assert.Contains(need, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_contractive_penalty_in_closed_form_is_that_of_autograd()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight_ZD = Normal("w", 3, 5), bias_Z = Normal("b", 1, 3).view(3), x_BD = Normal("x", 4, 5).requires_grad_(true);
        Tensor code_BZ = nn.functional.linear(x_BD, weight_ZD, bias_Z).sigmoid();

        Assert.Equal(CodePenalty.Contraction(code_BZ, x_BD).ToDouble(), CodePenalty.ContractionOfSigmoid(code_BZ, weight_ZD).ToDouble(), 1e-12);
    }

    [Fact]
    public void The_sparsity_penalty_is_the_sum_of_divergences_from_the_target()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor code_BZ = tensor(new[] { 0.2, 0.9, 0.4, 0.5 }, 2, 2);
        double Divergence(double mean) => (0.1 * Math.Log(0.1 / mean)) + (0.9 * Math.Log(0.9 / (1 - mean)));

        Assert.Equal(Divergence(0.3) + Divergence(0.7), CodePenalty.Sparsity(code_BZ, 0.1).ToDouble(), 1e-12);
    }

    [Fact]
    public void Tied_halves_share_their_weights_transposed()
    {
        Autoencoder tied = new(s_small with { Tied = true }, 1, 2, 3);
        Assert.Equal(["0.bias", "2.bias"], tied.Decoder.Slots.Select(slot => slot.Spec.Name));
        using SplitModel model = new(tied, 2);
        using Tensor code_BZ = Normal("z", 2, 3);
        using Tensor outputs = tied.Outputs(model.Decoder, model.Encoder, code_BZ, null).detach();
        using Tensor hidden = (code_BZ.mm(model.Encoder["2.weight"].detach()) + model.Decoder["0.bias"].detach()).tanh();
        using Tensor expected = hidden.mm(model.Encoder["0.weight"].detach()) + model.Decoder["2.bias"].detach();

        // One product may add in another order than the other: which kernel it takes depends on the layout of what it multiplies.
        Assert.All(SplitModel.Values(expected).Zip(SplitModel.Values(outputs)), pair => Assert.Equal(pair.First, pair.Second, 1e-14));
    }

    [Fact]
    public void Masking_takes_its_share_of_elements_and_noise_its_deviation()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor ones_BD = ones(100, 100, ScalarType.Float64);
        Tensor masked = Corruption.Apply(CorruptionKind.Masking, 0.3, ones_BD, RandomStream.Named(1, "t", 0, 0, "c"), 0);
        Tensor noisy = Corruption.Apply(CorruptionKind.Gaussian, 0.5, ones_BD, RandomStream.Named(1, "t", 0, 0, "c"), 0);

        Assert.Equal(0.7, masked.mean().ToDouble(), 0.02);
        Assert.Equal([0.0, 1.0], SplitModel.Values(masked).Distinct().Order());
        Assert.Equal(1.0, noisy.mean().ToDouble(), 0.02);
        Assert.Equal(0.5, noisy.std().ToDouble(), 0.02);
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void Corruption_belongs_to_rows_however_the_batch_is_cut(ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x_BD = ones(6, 7, type);
        foreach (CorruptionKind kind in new[] { CorruptionKind.Masking, CorruptionKind.Gaussian })
        {
            Tensor whole = Corruption.Apply(kind, 0.4, x_BD, RandomStream.Named(1, "t", 0, 0, "c"), 0);
            Tensor end = Corruption.Apply(kind, 0.4, x_BD.narrow(0, 4, 2), RandomStream.Named(1, "t", 0, 0, "c"), 4);
            Assert.Equal(SplitModel.Values(whole.narrow(0, 4, 2)), SplitModel.Values(end));
        }
    }

    [Fact]
    public void Options_that_do_not_go_together_are_refused()
    {
        AssertRefused("sigmoid", s_small with { Sparsity = SparsityKind.KullbackLeibler });
        AssertRefused("at least 0", s_small with { Contraction = -1 });
        AssertRefused("at least 0", s_small with { Sparsity = SparsityKind.L1, SparsityWeight = double.NaN });
        AssertRefused("fully connected", s_small with { Network = AutoencoderNetwork.Convolutional, Tied = true });
        AssertRefused("below 1", s_small with { Corruption = CorruptionKind.Masking, CorruptionLevel = 1 });
        AssertRefused("one output", s_small with { Tied = true, Likelihood = new GaussianLikelihood(VarianceKind.Predicted) });
    }

    private static void AssertRefused(string because, AutoencoderOptions options) =>
        Assert.Contains(because, Assert.ThrowsAny<ArgumentException>(() => new Autoencoder(options, 1, 28, 28)).Message, StringComparison.Ordinal);

    private static IEnumerable<string> Moved(FlatParameters half) => half.Layout.Slots
        .Where(slot => slot.Spec.Name.EndsWith("bias", StringComparison.Ordinal))
        .Where(slot => SplitModel.Values(half.Gradients.narrow(0, slot.Offset, slot.Count)).Any(value => value != 0))
        .Select(slot => slot.Spec.Name[..2]);

    private static Tensor Normal(string purpose, int rows, int columns)
    {
        Tensor values = empty(rows, columns, ScalarType.Float64);
        RandomStream.Named(5, "test", 0, 0, purpose).FillNormal(values);
        return values;
    }
}
