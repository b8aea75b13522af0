using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>What a reconstruction is measured by.</summary>
public enum CoderLikelihood
{
    /// <summary>Binary cross-entropy: pixels in [0, 1] as probabilities of white.</summary>
    Bernoulli,

    /// <summary>A normal distribution around the outputs.</summary>
    Gaussian,
}

/// <summary>A model of two halves: an encoder from images to codes, and a decoder back.</summary>
public abstract record CoderModel : ModelSection
{
    public const string EncoderRole = "encoder";
    public const string DecoderRole = "decoder";
    public const string CodebookRole = "codebook";

    /// <summary>Pieces of a minibatch that travel one behind the other.</summary>
    public int Microbatches { get; init; } = 1;

    /// <summary>The label that is left out of training, to be told from the others; -1 for none.</summary>
    public int Anomaly { get; init; } = -1;

    public override ValueList<string> Roles => [EncoderRole, DecoderRole];

    public override ValueList<OptimizerSection> OptimizerDefaults =>
    [
        new AdamOptimizer { LearningRate = 1e-3, Beta1 = 0.9 },
        new AdamWOptimizer { LearningRate = 1e-3, Beta1 = 0.9 },
    ];

    private protected static int MicrobatchesOf(Section s, int d) => s.Int(
        "microbatches", d, "pieces into which each minibatch is cut, so that encoder and decoder work at the same time; must divide the batch", 1, 4096);

    private protected static int AnomalyOf(Section s, int d) => s.Int(
        "anomaly", d, "label that is left out of training and told from the others by its score in `cluster evaluate`; -1: none", -1);
}
