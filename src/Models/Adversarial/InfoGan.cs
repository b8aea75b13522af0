// InfoGAN: codes that the generator may not lose.
//
// Chen, Duan, Houthooft, Schulman, Sutskever, Abbeel: "InfoGAN: Interpretable Representation Learning by Information Maximizing
// Generative Adversarial Nets", NIPS 2016, arXiv:1606.03657. The generator is given codes c beside z; a second head of the discriminator,
// Q(c|x), reads them back, and both networks descend on −λ·L with the bound L = E[log Q(c|G(z, c))] + H(c) on their mutual information
// (equation 5). Categorical codes are uniform with a softmax head, continuous ones uniform in [−1, 1] with a Gaussian head.
//
// Hyperparameters of the paper for MNIST: one code of 10 categories and two continuous ones beside 62 elements of noise, λ = 1 for
// categorical codes and 0.1 for continuous ones, a head of 128 hidden units, Adam (2e-4 for the discriminator, 1e-3 for the generator).
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Adversarial;

/// <summary>The codes of an InfoGAN: how they are drawn, and how well a head reads them.</summary>
/// <param name="Categorical">Categories of each categorical code, each at least 2; may be empty.</param>
/// <param name="Continuous">Continuous codes, at least 0.</param>
public sealed record LatentCodes(IReadOnlyList<int> Categorical, int Continuous)
{
    private static readonly double s_halfLog2Pi = Math.Log(2 * Math.PI) / 2;

    /// <summary>λ of categorical codes, at least 0.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>λ of continuous codes, at least 0.</summary>
    public double ContinuousWeight { get; init; } = 0.1;

    /// <summary>Hidden units of the head, at least 1.</summary>
    public int HeadUnits { get; init; } = 128;

    /// <summary>Elements that stand for the codes in the generator's input, Q: a one-hot block for each categorical code, then the continuous ones.</summary>
    public int Width => Categorical.Sum() + Continuous;

    /// <summary>Elements of the head, H: logits of the categorical codes, then means, then logarithms of standard deviations.</summary>
    public int HeadWidth => Categorical.Sum() + (2 * Continuous);

    /// <summary>H(c) of a code of that many categories, in nats.</summary>
    public static double Entropy(int categories) => Math.Log(categories);

    /// <summary>Codes from their prior.</summary>
    /// <param name="stream">Where they are drawn.</param>
    /// <param name="count">How many, B.</param>
    /// <param name="first">The categories of the first code where they are given; else empty.</param>
    /// <returns>Shape (B, Q), on the CPU.</returns>
    public float[] Draw(RandomStream stream, int count, ReadOnlySpan<int> first = default)
    {
        float[] codes = new float[count * Width];
        float[] continuous = new float[Continuous];
        for (int row = 0; row < count; row++)
        {
            int at = row * Width;
            for (int code = 0; code < Categorical.Count; code++)
            {
                int drawn = stream.Next(Categorical[code]);
                codes[at + (code == 0 && !first.IsEmpty ? first[row] : drawn)] = 1;
                at += Categorical[code];
            }

            if (Continuous > 0)
            {
                stream.FillUniform(continuous, -1, 1);
                continuous.CopyTo(codes, at);
            }
        }

        return codes;
    }

    /// <summary>Σ λ·E[−log Q(c|x)] over the codes: the weighted bound, but for the entropies and its sign.</summary>
    /// <param name="head_BH">What the head gives.</param>
    /// <param name="codes_BQ">The codes that the images were made of.</param>
    /// <returns>A scalar, in nats.</returns>
    public Tensor Loss(Tensor head_BH, Tensor codes_BQ)
    {
        Tensor loss = zeros(1, head_BH.dtype, head_BH.device).sum();
        int at = 0;
        foreach (int categories in Categorical)
        {
            loss = loss.Add(CrossEntropy(head_BH.narrow(1, at, categories), codes_BQ.narrow(1, at, categories)).Mul(Weight));
            at += categories;
        }

        if (Continuous == 0)
        {
            return loss;
        }

        Tensor mean_BC = head_BH.narrow(1, at, Continuous), logDeviation_BC = head_BH.narrow(1, at + Continuous, Continuous);
        Tensor scaled_BC = (codes_BQ.narrow(1, at, Continuous) - mean_BC) * (-logDeviation_BC).exp();
        Tensor density = scaled_BC.Square().Mul(0.5).Add(logDeviation_BC).Add(s_halfLog2Pi).sum(1L).mean();
        return loss.Add(density.Mul(ContinuousWeight));
    }

    /// <summary>The bound on the mutual information of the first categorical code and the image, log K + E[log Q(c|x)], in nats.</summary>
    public double Information(Tensor head_BH, Tensor codes_BQ) =>
        Entropy(Categorical[0]) - CrossEntropy(head_BH.narrow(1, 0, Categorical[0]), codes_BQ.narrow(1, 0, Categorical[0])).AsDouble();

    /// <summary>The likeliest category of the first code, shape (B).</summary>
    public Tensor FirstCategory(Tensor head_BH) => head_BH.narrow(1, 0, Categorical[0]).argmax(1);

    private static Tensor CrossEntropy(Tensor logits_BK, Tensor chosen_BK) => -(nn.functional.log_softmax(logits_BK, 1) * chosen_BK).sum(1L).mean();
}
