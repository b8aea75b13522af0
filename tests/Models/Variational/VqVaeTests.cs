using Cluster.Models.Autoencoders;
using Cluster.Models.Variational;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests;

public sealed class VqVaeTests
{
    private static readonly VqVaeOptions s_small = new() { Vectors = 2, Width = 3, Codebook = 4, EncoderHidden = [5], DecoderHidden = [4] };

    [Fact]
    public void Codes_are_the_nearest_vectors_of_the_codebook()
    {
        VqVae model = new(s_small, 6);
        using SplitModel split = new(model, 3);
        using DisposeScope scope = NewDisposeScope();
        double[] book = SplitModel.Values(model.Vectors(split.Codebook!));
        double[] plain = SplitModel.Values(Plain(split)), code = SplitModel.Values(model.Represent(split.All, split.X, null));
        for (int vector = 0; vector < 6; vector++)
        {
            int nearest = Enumerable.Range(0, 4).MinBy(k => Enumerable.Range(0, 3).Sum(d => Math.Pow(plain[(3 * vector) + d] - book[(3 * k) + d], 2)));
            Assert.Equal(book[(3 * nearest)..((3 * nearest) + 3)], code[(3 * vector)..((3 * vector) + 3)]);
        }
    }

    [Fact]
    public void Gradients_go_straight_through_and_the_commitment_adds_its_own()
    {
        VqVae model = new(s_small, 6);
        using SplitModel split = new(model, 3);
        using DisposeScope scope = NewDisposeScope();
        using Codes codes = model.Encode(split.Encoder, split.Codebook, split.Piece());
        using Answer answer = model.Decode(split.Decoder, null, split.Piece(), codes.Code.detach(), null);
        codes.Backward(answer);
        double[] gradient = SplitModel.Values(split.Encoder.Gradients);

        // dL/dz of the quantized code, handed to the encoder's plain output, and d/dz of commitment·‖z − e‖².
        split.Encoder.ZeroGradients();
        Tensor plain_BZ = Plain(split);
        Tensor quantized_BZ = model.Represent(split.All, split.X, null);
        Tensor commitment_BZ = (plain_BZ.detach() - quantized_BZ) * (2 * s_small.Commitment / 3);
        plain_BZ.backward([answer.CodeGradient! + commitment_BZ], retain_graph: false, create_graph: false, inputs: null);
        double[] expected = SplitModel.Values(split.Encoder.Gradients);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], gradient[i], 1e-12);
        }
    }

    [Fact]
    public void Statistics_count_and_add_what_each_vector_stands_for()
    {
        VqVae model = new(s_small, 6);
        using SplitModel split = new(model, 3);
        using DisposeScope scope = NewDisposeScope();
        using Codes codes = model.Encode(split.Encoder, split.Codebook, split.Piece());
        double[] statistics = SplitModel.Values(codes.Statistics!), plain = SplitModel.Values(Plain(split));

        Assert.Equal(split.Codebook!.Layout.Count, statistics.Length);
        Assert.Equal(6, statistics[..4].Sum(), 1e-12);
        for (int d = 0; d < 3; d++)
        {
            Assert.Equal(Enumerable.Range(0, 6).Sum(v => plain[(3 * v) + d]), Enumerable.Range(0, 4).Sum(k => statistics[4 + (3 * k) + d]), 1e-12);
        }
    }

    [Fact]
    public void Unused_vectors_stay_finite_however_long_they_are_unused()
    {
        VqVae model = new(s_small, 6);
        using SplitModel split = new(model, 3);
        using DisposeScope scope = NewDisposeScope();
        split.Codebook!.Values.zero_();
        split.Codebook.Values.narrow(0, 0, 1).fill_(3);

        Assert.All(SplitModel.Values(model.Vectors(split.Codebook)), value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void Samples_take_vectors_as_often_as_the_data_do()
    {
        VqVae model = new(s_small, 6);
        using SplitModel split = new(model, 3);
        using DisposeScope scope = NewDisposeScope();
        split.Codebook!.Values.narrow(0, 0, 4).copy_(tensor(new[] { 1.0, 0, 3, 0 }));
        split.Codebook.Values.narrow(0, 4, 12).copy_(arange(12, ScalarType.Float64));
        double[] drawn = SplitModel.Values(model.Prior(split.All, RandomStream.Named(1, "t", 0, 0, "p"), 1000).view(-1, 3).select(1, 0));
        double[] book = SplitModel.Values(model.Vectors(split.Codebook).select(1, 0));

        Assert.Equal(0.25, drawn.Count(value => value == book[0]) / 2000.0, 0.04);
        Assert.Equal(0.75, drawn.Count(value => value == book[2]) / 2000.0, 0.04);
    }

    [Fact]
    public void Gradients_of_the_decoder_agree_with_central_differences()
    {
        using SplitModel split = new(new VqVae(s_small, 6), 3);
        split.Learn();
        double[] gradient = SplitModel.Values(split.Decoder.Gradients);
        for (int i = 0; i < gradient.Length; i++)
        {
            double value = split.Decoder.Values.AsDoubles()[i];
            split.Decoder.Values.AsDoubles()[i] = value + 1e-5;
            double above = split.Learn();
            split.Decoder.Values.AsDoubles()[i] = value - 1e-5;
            double below = split.Learn();
            split.Decoder.Values.AsDoubles()[i] = value;
            Assert.Equal((above - below) / 2e-5, gradient[i], 1e-7);
        }
    }

    [Fact]
    public void A_negative_commitment_is_refused() =>
        Assert.Contains("at least 0", Assert.Throws<ArgumentException>(() => new VqVae(s_small with { Commitment = -0.1 }, 6)).Message, StringComparison.Ordinal);

    /// <summary>The encoder's output before it is quantized: the code that goes straight through less what replaced it.</summary>
    private static Tensor Plain(SplitModel split) => new Mlp(6, s_small.EncoderHidden, 6, s_small.EncoderActivation, OutputKind.Linear).Forward(split.Encoder, split.X);
}
