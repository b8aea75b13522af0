using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>Distribution of the generator's input z.</summary>
public enum GanPrior
{
    /// <summary>Standard normal.</summary>
    Normal,

    /// <summary>Uniform on [-1, 1].</summary>
    Uniform,
}

/// <summary>What the generator minimizes (Goodfellow et al. 2014, section 3).</summary>
public enum GanObjective
{
    /// <summary>log(1 - D(G(z))).</summary>
    Minimax,

    /// <summary>-log D(G(z)).</summary>
    NonSaturating,

    /// <summary>Squared distance from the targets 0 and 1 (Mao et al. 2017).</summary>
    LeastSquares,

    /// <summary>Miyato et al. 2018, equations 16 and 17.</summary>
    Hinge,

    /// <summary>Arjovsky et al. 2017: the critic's parameters are clipped.</summary>
    Wasserstein,

    /// <summary>Gulrajani et al. 2017: the critic's gradient is penalized.</summary>
    WassersteinGp,

    /// <summary>f-GANs (Nowozin et al. 2016), by their divergence.</summary>
    Kl,
    ReverseKl,
    SquaredHellinger,
    JensenShannon,

    /// <summary>Zhao et al. 2017: the discriminator is an autoencoder, and its error the energy of an image.</summary>
    EnergyBased,
}

/// <summary>A generative adversarial network (Goodfellow et al. 2014, arXiv:1406.2661): a generator and a discriminator trained in turn.</summary>
public sealed record GanModel : ModelSection
{
    public const string GeneratorRole = "generator";
    public const string DiscriminatorRole = "discriminator";

    /// <summary>What the discriminator remembers beside its parameters: the vectors of spectral normalization.</summary>
    public const string MemoryRole = "discriminator-memory";

    /// <summary>The same of the generator.</summary>
    public const string GeneratorMemoryRole = "generator-memory";

    /// <summary>The moving average of the generator's parameters.</summary>
    public const string AverageRole = "generator-average";

    public int Latent { get; init; } = 100;
    public GanPrior Prior { get; init; } = GanPrior.Normal;
    public GanObjective Objective { get; init; } = GanObjective.NonSaturating;
    public bool Conditional { get; init; }
    public int DiscriminatorSteps { get; init; } = 1;

    /// <summary>Of wasserstein only.</summary>
    public double WeightClip { get; init; } = 0.01;

    /// <summary>Of wasserstein-gp only.</summary>
    public double GradientPenalty { get; init; } = 10;

    /// <summary>Of energy-based only.</summary>
    public double Margin { get; init; } = 1;

    /// <summary>Of energy-based only; 0 for none.</summary>
    public double PullingAway { get; init; }

    /// <summary>Codes of an InfoGAN.</summary>
    public CodesSection Codes { get; init; } = new();

    /// <summary>Whether the generator learns on the fakes of the last discriminator update, which spares a forward pass.</summary>
    public bool ReuseFakes { get; init; } = true;

    /// <summary>Steps by which the two networks lag behind each other; 0 where they take turns.</summary>
    public int Staleness { get; init; }

    public GeneratorOptions Generator { get; init; } = new();
    public DiscriminatorOptions Discriminator { get; init; } = new();

    public override ValueList<string> Roles => [GeneratorRole, DiscriminatorRole];

    /// <summary>Adam as in Radford et al. 2015 (DCGAN), RMSProp as in Arjovsky et al. 2017 (WGAN).</summary>
    public override ValueList<OptimizerSection> OptimizerDefaults =>
    [
        new AdamOptimizer { LearningRate = 2e-4, Beta1 = 0.5 },
        new AdamWOptimizer { LearningRate = 2e-4, Beta1 = 0.5 },
        new RmsPropOptimizer { LearningRate = 5e-5 },
    ];

    internal static GanModel Describe(Section s, GanModel d)
    {
        var latent = s.Int("latent", d.Latent, "size of the generator's input z", 1, 1 << 20);
        var prior = s.Word("prior", d.Prior, "distribution of z: standard normal, or uniform on [-1, 1]");
        var objective = s.Word("objective", d.Objective,
            "the game: log(1 - D(G(z))) for the generator is minimax, -log D(G(z)) non-saturating; then least squares, hinge, a Wasserstein critic with clipped weights or with a gradient penalty, f-GANs by their divergence, and the error of an autoencoder as energy");
        GanModel made = new()
        {
            Latent = latent,
            Prior = prior,
            Objective = objective,
            WeightClip = s.Number("weightClip", d.WeightClip, "largest absolute value of the critic's parameters (Arjovsky et al. 2017)", Interval.Positive,
                new Only("objective", "wasserstein", objective == GanObjective.Wasserstein)),
            GradientPenalty = s.Number("gradientPenalty", d.GradientPenalty, "factor of the penalty (Gulrajani et al. 2017)", Interval.Positive,
                new Only("objective", "wasserstein-gp", objective == GanObjective.WassersteinGp)),
            Margin = s.Number("margin", d.Margin, "energy that fakes are pushed up to; the energy is the mean squared error over the pixels (Zhao et al. 2017)", Interval.Positive,
                new Only("objective", "energy-based", objective == GanObjective.EnergyBased)),
            PullingAway = s.Number("pullingAway", d.PullingAway, "weight of the term that keeps the codes of a batch of fakes apart (Zhao et al. 2017: 0.1); 0: none", Interval.NonNegative,
                new Only("objective", "energy-based", objective == GanObjective.EnergyBased)),
            Codes = s.Map("codes", d.Codes, CodesSection.Describe, "codes beside z that the discriminator reads back from the images (InfoGAN: Chen et al. 2016)"),
            Conditional = s.Flag("conditional", d.Conditional, "whether both networks are told the class (Mirza and Osindero 2014); the data need labels"),
            DiscriminatorSteps = s.Int("discriminatorSteps", d.DiscriminatorSteps, "discriminator updates for each generator update (k in the paper)", 1, 1000),
            ReuseFakes = s.Flag("reuseFakes", d.ReuseFakes, "whether the generator learns on the fakes of the last discriminator update, with staleness that of as many steps later; false draws fresh ones, as Algorithm 1 of the paper does"),
            Staleness = s.Int("staleness", d.Staleness,
                "steps by which the fakes that the discriminator learns on lag behind the generator, so that both networks step at the same time; the generator is then judged by the discriminator of the step before; 0: they take turns",
                0, 1000),
            Generator = s.Map(GeneratorRole, d.Generator, GeneratorOptions.Describe, "the generator: z to an image"),
            Discriminator = s.Map(DiscriminatorRole, d.Discriminator, DiscriminatorOptions.Describe, "the discriminator: an image to one logit, or a critic's score"),
        };
        s.Require("objective", made.Discriminator.LabelSmoothing == 0 || HasLabels(objective),
            "has no labels that discriminator.labelSmoothing could smooth; set that to 0, or choose minimax, non-saturating or least-squares");
        DiscriminatorOptions judge = made.Discriminator;
        s.Require("objective", objective != GanObjective.WassersteinGp || judge is not ({ Net: NetKind.Dcgan, BatchNorm: true, SpectralNorm: false } or { MinibatchKernels: > 0 }),
            "wasserstein-gp penalizes the gradient of each image alone, so that images of a batch must not meet: write discriminator: {batchNorm: false}, and minibatchKernels: 0");
        s.Require("objective", objective != GanObjective.EnergyBased || judge is { MinibatchKernels: 0, Hidden.Count: > 0 },
            "energy-based makes the discriminator an autoencoder, whose code is its last hidden layer: write at least one width under discriminator.hidden, and minibatchKernels: 0");
        s.Require("objective", objective != GanObjective.EnergyBased || !made.Codes.Any, "energy-based has no head that could read codes; leave codes out, or choose another objective");
        s.Require("generator", made.Conditional || made.Generator.ClassEmbedding == 0, "classEmbedding needs classes: write conditional: true, or classEmbedding: 0");
        return made;
    }

    private static bool HasLabels(GanObjective objective) =>
        objective is GanObjective.Minimax or GanObjective.NonSaturating or GanObjective.LeastSquares;
}
