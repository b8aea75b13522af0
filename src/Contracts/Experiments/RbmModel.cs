using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>What the visible units of a Boltzmann machine are.</summary>
public enum VisibleUnits
{
    /// <summary>0 or 1.</summary>
    Bernoulli,

    /// <summary>Real numbers, normal given the hidden units.</summary>
    Gaussian,
}

/// <summary>How data of Gaussian units are made to have mean 0 and variance 1.</summary>
public enum Standardize
{
    /// <summary>One mean and one variance for all pixels.</summary>
    Global,

    /// <summary>Each pixel by its own.</summary>
    Pixel,

    /// <summary>Not at all: pixels lie between 0 and 1.</summary>
    None,
}

/// <summary>A restricted Boltzmann machine (Hinton 2002; persistent chains: Tieleman 2008).</summary>
public sealed record RbmModel : ModelSection
{
    public const string BoltzmannRole = "boltzmann";
    public const string ChainRole = "chain";
    public const string OffsetsRole = "offsets";

    public int Hidden { get; init; } = 500;
    public VisibleUnits Visible { get; init; } = VisibleUnits.Bernoulli;
    public Standardize Standardize { get; init; } = Standardize.Global;
    public bool LearnVariance { get; init; } = true;

    /// <summary>Gibbs sweeps in an update.</summary>
    public int K { get; init; } = 1;

    /// <summary>Whether chains go on from update to update; else they begin at the data (contrastive divergence).</summary>
    public bool Persistent { get; init; } = true;

    /// <summary>Particles in all pools together, at each temperature.</summary>
    public int Chains { get; init; } = 100;

    public int Pools { get; init; } = 1;
    public int Temperatures { get; init; } = 1;

    /// <summary>Inverse temperature of the hottest.</summary>
    public double Hottest { get; init; } = 0.5;

    public int Staleness { get; init; }
    public bool Centred { get; init; } = true;
    public double OffsetDecay { get; init; } = 0.99;
    public double SparsityTarget { get; init; } = 0.1;
    public double SparsityWeight { get; init; }
    public double InitialWeightStd { get; init; } = 0.01;
    public bool BiasFromData { get; init; } = true;

    public override ValueList<string> Roles => [BoltzmannRole];

    public override ValueList<string> Actors => [BoltzmannRole, ChainRole];

    /// <summary>Plain SGD, as all of the literature on these machines.</summary>
    public override ValueList<OptimizerSection> OptimizerDefaults => [new SgdOptimizer { LearningRate = 0.05 }];

    internal static RbmModel Describe(Section s, RbmModel d)
    {
        RbmModel read = new()
        {
            Hidden = s.Int("hidden", d.Hidden, "binary hidden units", 1, 1 << 20),
            Visible = s.Word("visible", d.Visible, "visible units: bernoulli takes pixels in [0, 1], gaussian real numbers"),
            Standardize = s.Word("standardize", d.Standardize, "gaussian: how pixels get mean 0 and variance 1: all by the same numbers, each pixel by its own, or not at all"),
            LearnVariance = s.Flag("learnVariance", d.LearnVariance, "gaussian: whether the variance of each visible unit is learned (Cho et al. 2011); else it stays 1"),
            K = s.Int("k", d.K, "Gibbs sweeps in each update", 1, 100_000),
            Persistent = s.Flag("persistent", d.Persistent, "whether chains go on from update to update (PCD, Tieleman 2008); else they begin at the data (CD, Hinton 2002)"),
            Chains = s.Int("chains", d.Chains, "persistent particles in all pools together, at each temperature", 1, 1 << 20),
            Pools = s.Int("pools", d.Pools, "actors that the particles are divided among", 1, 4096),
            Temperatures = s.Int("temperatures", d.Temperatures, "temperatures between which particles swap (Desjardins et al. 2010); 1: none but the machine's own", 1, 1000),
            Hottest = s.Number("hottest", d.Hottest, "inverse temperature of the hottest; the others are spaced evenly between it and 1", new Interval(0, 1, true, true)),
            Staleness = s.Int("staleness", d.Staleness, "updates by which the particles' statistics lag behind the parameters, so that they are computed meanwhile; 0: none", 0, 1000),
            Centred = s.Flag("centred", d.Centred, "centred gradients (Melchior et al. 2016)"),
            OffsetDecay = s.Number("offsetDecay", d.OffsetDecay, "centred: share of the old value that stays in the moving averages of the data's means", Interval.Fraction),
            SparsityTarget = s.Number("sparsityTarget", d.SparsityTarget, "mean activity that hidden units are pulled to (Lee et al. 2008)", new Interval(0, 1, true, true)),
            SparsityWeight = s.Number("sparsityWeight", d.SparsityWeight, "weight of that penalty; 0: none", Interval.NonNegative),
            InitialWeightStd = s.Number("initialWeightStd", d.InitialWeightStd, "standard deviation of the first weights", Interval.NonNegative),
            BiasFromData = s.Flag("biasFromData", d.BiasFromData, "bernoulli: whether the visible biases begin at the log-odds of the data's means (Hinton 2010); else at 0"),
        };
        s.Require("pools", !read.Persistent || read.Pools <= read.Chains, "cannot exceed chains: every pool holds at least one particle");
        s.Require("temperatures", read.Persistent || read.Temperatures == 1, "needs persistent: true; chains that begin at the data have one temperature");
        s.Require("staleness", read.Persistent || read.Staleness == 0, "needs persistent: true; chains that begin at the data cannot lag");
        s.Require("pools", read.Persistent || read.Pools == 1, "needs persistent: true; chains that begin at the data live with the data");
        return read;
    }
}
