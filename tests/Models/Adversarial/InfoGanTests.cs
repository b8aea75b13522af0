using Cluster.Models.Adversarial;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests;

/// <summary>Codes: how they are drawn, what the bound on their information is worth, and its gradients.</summary>
public sealed class InfoGanTests
{
    private static readonly LatentCodes s_codes = new([3, 2], 2) { Weight = 0.7, ContinuousWeight = 0.3, HeadUnits = 5 };

    [Fact]
    public void Codes_come_from_their_prior_and_may_be_given()
    {
        float[] codes = s_codes.Draw(RandomStream.Named(1, "test", 0, 0, "codes"), 6000);
        Assert.Equal((7, 9), (s_codes.Width, s_codes.HeadWidth));
        int[] counts = new int[3];
        double mean = 0, square = 0;
        for (int row = 0; row < 6000; row++)
        {
            ReadOnlySpan<float> code = codes.AsSpan(row * 7, 7);
            Assert.Equal((1f, 1f), (code[0] + code[1] + code[2], code[3] + code[4]));
            counts[code.IndexOf(1f)]++;
            Assert.InRange(code[5], -1, 1);
            mean += code[5] / 6000;
            square += code[5] * code[5] / 6000;
        }

        Assert.All(counts, count => Assert.InRange(count, 1850, 2150));
        Assert.Equal(0, mean, 0.05);
        Assert.Equal(1.0 / 3, square, 0.02);

        // What is given changes the first code alone.
        float[] given = s_codes.Draw(RandomStream.Named(1, "test", 0, 0, "codes"), 2, [2, 0]);
        Assert.Equal([0, 0, 1], given[..3]);
        Assert.Equal([1, 0, 0], given[7..10]);
        Assert.Equal(codes[3..7], given[3..7]);
    }

    [Fact]
    public void The_loss_is_the_negative_log_likelihood_of_the_codes()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor head_BH = GanCases.Normal("head", 4, 9), codes_BQ = tensor(s_codes.Draw(RandomStream.Named(1, "test", 0, 0, "codes"), 4), [4, 7]).to(ScalarType.Float64);
        double[] head = head_BH.data<double>().ToArray(), codes = codes_BQ.data<double>().ToArray();
        double categorical = 0, continuous = 0, first = 0;
        for (int row = 0; row < 4; row++)
        {
            double[] h = head[(9 * row)..(9 * (row + 1))], c = codes[(7 * row)..(7 * (row + 1))];
            double one = -LogSoftmax(h[..3], Array.IndexOf(c, 1.0)) / 4;
            first += one;
            categorical += one - (LogSoftmax(h[3..5], Array.IndexOf(c, 1.0, 3) - 3) / 4);
            for (int i = 0; i < 2; i++)
            {
                double deviation = Math.Exp(h[7 + i]), off = (c[5 + i] - h[5 + i]) / deviation;
                continuous -= Math.Log(Math.Exp(-off * off / 2) / (deviation * Math.Sqrt(2 * Math.PI))) / 4;
            }
        }

        Assert.Equal((0.7 * categorical) + (0.3 * continuous), s_codes.Loss(head_BH, codes_BQ).ToDouble(), 1e-12);
        Assert.Equal(Math.Log(3) - first, s_codes.Information(head_BH, codes_BQ), 1e-12);
    }

    [Fact]
    public void The_information_of_a_head_that_knows_is_the_entropy_and_of_one_that_knows_nothing_zero()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor codes_BQ = tensor(s_codes.Draw(RandomStream.Named(1, "test", 0, 0, "codes"), 50), [50, 7]).to(ScalarType.Float64);
        Tensor blind_BH = zeros(50, 9, ScalarType.Float64), sure_BH = cat([codes_BQ.narrow(1, 0, 3) * 50, zeros(50, 6, ScalarType.Float64)], 1);
        Assert.Equal(0, s_codes.Information(blind_BH, codes_BQ), 1e-12);
        Assert.Equal(LatentCodes.Entropy(3), s_codes.Information(sure_BH, codes_BQ), 1e-12);
        Assert.Equal(Enumerable.Range(0, 50).Select(row => (long)codes_BQ.narrow(0, row, 1).narrow(1, 0, 3).argmax().ToInt64()), s_codes.FirstCategory(sure_BH).data<long>());
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Gradients_of_both_sides_agree_with_central_differences(bool spectral, bool penalty)
    {
        Gan gan = new(
            GanCases.Perceptrons(penalty ? AdversarialObjective.Wasserstein : AdversarialObjective.NonSaturating) with
            {
                Codes = s_codes,
                SpectralNorm = spectral,
                GradientPenalty = penalty ? 10 : 0,
            },
            5);
        using FlatParameters g = GanCases.Parameters(gan.Generator.Layout, "generator"), d = GanCases.Parameters(gan.Discriminator.Layout, "discriminator");
        using FlatParameters? memory = DcganTests.Settled(gan.Discriminator, d);
        using Tensor codes_BQ = tensor(s_codes.Draw(RandomStream.Named(1, "test", 0, 0, "codes"), 3), [3, 7]).to(ScalarType.Float64);
        using Tensor x_2BD = GanCases.Normal("x", 6, 5), z_BZ = GanCases.Normal("z", 3, 3), input_BZ = cat([z_BZ, codes_BQ], 1);
        Assert.Equal((10, 10), ((int)gan.Generator.Inputs, (int)gan.Discriminator.Outputs));
        d.ZeroGradients();
        gan.DiscriminatorStep(d, x_2BD, Noise, memory, codes_BQ);
        using Tensor gradient = d.Gradients.clone();
        GanCases.AgreesWithDifferences(gradient, d.Values, () => gan.DiscriminatorStep(d, x_2BD, Noise, memory, codes_BQ).Loss);

        GanCases.GeneratorAgreesWithDifferences(gan, g, d, input_BZ, memory, codes_BQ: codes_BQ);
        Assert.Throws<ArgumentNullException>(() => gan.DiscriminatorStep(d, x_2BD, Noise, memory));
        Assert.Throws<ArgumentNullException>(() => gan.Judge(d, x_2BD, memory));
    }

    private static double LogSoftmax(double[] logits, int chosen) => logits[chosen] - Math.Log(logits.Sum(Math.Exp));

    private static RandomStream Noise() => RandomStream.Named(3, "discriminator", 0, 0, "interpolation");
}
