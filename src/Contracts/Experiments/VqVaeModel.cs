using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>A vector-quantized VAE (van den Oord et al. 2017, arXiv:1711.00937).</summary>
public sealed record VqVaeModel : CoderModel
{
    public int Vectors { get; init; } = 16;
    public int Width { get; init; } = 8;
    public int Codebook { get; init; } = 128;
    public double Decay { get; init; } = 0.99;
    public double Commitment { get; init; } = 0.25;
    public CoderNet Encoder { get; init; } = new() { Activation = Activation.Relu };
    public CoderNet Decoder { get; init; } = new() { Activation = Activation.Relu };
    public CoderLikelihood Likelihood { get; init; } = CoderLikelihood.Bernoulli;

    internal static VqVaeModel Describe(Section s, VqVaeModel d) => new()
    {
        Vectors = s.Int("vectors", d.Vectors, "vectors in one code", 1, 1 << 16),
        Width = s.Int("width", d.Width, "elements of each vector", 1, 1 << 16),
        Codebook = s.Int("codebook", d.Codebook, "vectors to choose from", 1, 1 << 20),
        Decay = s.Number("decay", d.Decay, "share of the codebook's moving averages that stays at each step", Interval.Fraction),
        Commitment = s.Number("commitment", d.Commitment, "factor of the term that keeps the encoder near the codebook", Interval.NonNegative),
        Encoder = s.Map(EncoderRole, d.Encoder, CoderNet.Describe, "the encoder: an image to vectors"),
        Decoder = s.Map(DecoderRole, d.Decoder, CoderNet.Describe, "the decoder: vectors of the codebook to an image"),
        Likelihood = s.Word("likelihood", d.Likelihood, "p(x|z); gaussian is the squared error"),
        Microbatches = MicrobatchesOf(s, d.Microbatches),
        Anomaly = AnomalyOf(s, d.Anomaly),
    };
}
