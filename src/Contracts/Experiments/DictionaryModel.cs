using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>How codes are found; all ways find the same ones.</summary>
public enum CodingMethod
{
    /// <summary>Coordinate descent over an active set.</summary>
    CoordinateDescent,

    /// <summary>Iterative shrinkage with momentum (Beck and Teboulle 2009).</summary>
    Fista,

    /// <summary>Iterative shrinkage (Daubechies et al. 2004).</summary>
    Ista,

    /// <summary>The LASSO's path (Efron et al. 2004).</summary>
    Lars,
}

/// <summary>How atoms follow the statistics of codes.</summary>
public enum AtomUpdate
{
    /// <summary>Algorithm 2 of Mairal et al. 2009.</summary>
    BlockCoordinate,

    /// <summary>A projected gradient step for all atoms at once.</summary>
    ProjectedGradient,
}

/// <summary>The weight of past minibatches.</summary>
public enum ForgettingRule
{
    /// <summary>The mini-batch rule of Mairal et al. 2009, section 3.4.</summary>
    Minibatch,

    /// <summary>(1 - 1/t)^rho (Mairal et al. 2010, section 3.4.2).</summary>
    Power,

    /// <summary>All minibatches weigh the same.</summary>
    None,
}

/// <summary>A sparse dictionary learned online (Mairal et al. 2009, ICML), with an encoder that predicts codes where one is asked for.</summary>
public sealed record DictionaryModel : ModelSection
{
    public const string CoderRole = "coder";
    public const string DictionaryRole = "dictionary";
    public const string EncoderRole = "encoder";

    public int Atoms { get; init; } = 128;
    public double Penalty { get; init; } = 0.15;
    public CodingMethod Method { get; init; } = CodingMethod.CoordinateDescent;
    public double Tolerance { get; init; } = 0.01;
    public int Iterations { get; init; } = 1000;
    public bool NonNegative { get; init; }
    public bool NonNegativeAtoms { get; init; }
    public AtomUpdate Update { get; init; } = AtomUpdate.BlockCoordinate;
    public int Passes { get; init; } = 1;
    public ForgettingRule Forgetting { get; init; } = ForgettingRule.Minibatch;

    /// <summary>Of <see cref="ForgettingRule.Power"/> only.</summary>
    public double Rho { get; init; } = 2;

    public int ReplaceAfter { get; init; } = 10;
    public PatchSection Patch { get; init; } = new();
    public WhiteningSection Whitening { get; init; } = new();
    public CodeEncoderSection Encoder { get; init; } = new();

    public override ValueList<string> Roles => Encoder.Kind == CodeEncoder.None ? [] : [EncoderRole];

    public override ValueList<string> Actors => [CoderRole, DictionaryRole];

    /// <summary>Of the encoder.</summary>
    public override ValueList<OptimizerSection> OptimizerDefaults => [new AdamOptimizer { LearningRate = 1e-3 }, new SgdOptimizer { LearningRate = 0.1 }];

    internal static DictionaryModel Describe(Section s, DictionaryModel d)
    {
        int atoms = s.Int("atoms", d.Atoms, "K, atoms of the dictionary; `shards` divides them into blocks", 1, 1 << 16);
        double penalty = s.Number("penalty", d.Penalty, "alpha, the weight of the sum of a code's magnitudes against half the squared error of its reconstruction", Interval.NonNegative);
        CodingMethod method = s.Word("method", d.Method, "how codes are found; all find the same minimum, and off the CPU the first and the last run as fista");
        double tolerance = s.Number("tolerance", d.Tolerance, "largest violation of the optimality conditions while learning, in units of the penalty", Interval.Positive);
        int iterations = s.Int("iterations", d.Iterations, "sweeps or iterations for a code at most", 1, 1_000_000);
        bool nonNegative = s.Flag("nonNegative", d.NonNegative, "whether codes must be at least 0");
        bool nonNegativeAtoms = s.Flag("nonNegativeAtoms", d.NonNegativeAtoms, "whether atoms must be at least 0");
        AtomUpdate update = s.Word("update", d.Update, "how atoms follow the statistics A and B");
        int passes = s.Int("passes", d.Passes, "rounds over all atoms in a step", 1, 1000);
        ForgettingRule forgetting = s.Word("forgetting", d.Forgetting, "weight of past minibatches in A and B: the mini-batch rule of Mairal et al. 2009 (section 3.4), (1 - 1/t)^rho, or none forgotten");
        return new()
        {
            Atoms = atoms,
            Penalty = penalty,
            Method = method,
            Tolerance = tolerance,
            Iterations = iterations,
            NonNegative = nonNegative,
            NonNegativeAtoms = nonNegativeAtoms,
            Update = update,
            Passes = passes,
            Forgetting = forgetting,
            Rho = s.Number("rho", d.Rho, "exponent of forgetting", Interval.NonNegative, new Only("forgetting", "power", forgetting == ForgettingRule.Power)),
            ReplaceAfter = s.Int("replaceAfter", d.ReplaceAfter, "steps that an atom may pass unused before a training signal takes its place; 0: for ever", 0),
            Patch = s.Map("patch", d.Patch, PatchSection.Describe, "the signals that are taken from images"),
            Whitening = s.Map("whitening", d.Whitening, WhiteningSection.Describe, "whether signals are whitened (ZCA; Bell and Sejnowski 1997)", word: "enabled"),
            Encoder = s.Map("encoder", d.Encoder, CodeEncoderSection.Describe, "an encoder that learns to predict the codes (predictive sparse decomposition, Kavukcuoglu et al. 2008)", word: "kind"),
        };
    }
}
