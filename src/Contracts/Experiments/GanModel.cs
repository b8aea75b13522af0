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
}

/// <summary>A generative adversarial network (Goodfellow et al. 2014, arXiv:1406.2661): a generator and a discriminator trained in turn.</summary>
public sealed record GanModel : ModelSection
{
    public const string GeneratorRole = "generator";
    public const string DiscriminatorRole = "discriminator";

    public int Latent { get; init; } = 100;
    public GanPrior Prior { get; init; } = GanPrior.Normal;
    public GanObjective Objective { get; init; } = GanObjective.NonSaturating;
    public int DiscriminatorSteps { get; init; } = 1;

    /// <summary>Whether the generator learns on the fakes of the last discriminator update, which spares a forward pass.</summary>
    public bool ReuseFakes { get; init; } = true;

    public MlpOptions Generator { get; init; } = new();
    public DiscriminatorOptions Discriminator { get; init; } = new();

    public override ValueList<string> Roles => [GeneratorRole, DiscriminatorRole];

    /// <summary>Adam as in Radford et al. 2015 (DCGAN), RMSProp as in Arjovsky et al. 2017 (WGAN).</summary>
    public override ValueList<OptimizerSection> OptimizerDefaults =>
    [
        new AdamOptimizer { LearningRate = 2e-4, Beta1 = 0.5 },
        new AdamWOptimizer { LearningRate = 2e-4, Beta1 = 0.5 },
        new RmsPropOptimizer { LearningRate = 5e-5 },
    ];

    internal static GanModel Describe(Section s, GanModel d) => new()
    {
        Latent = s.Int("latent", d.Latent, "size of the generator's input z", 1, 1 << 20),
        Prior = s.Word("prior", d.Prior, "distribution of z: standard normal, or uniform on [-1, 1]"),
        Objective = s.Word("objective", d.Objective, "what the generator minimizes: log(1 - D(G(z))) is minimax, -log D(G(z)) is non-saturating"),
        DiscriminatorSteps = s.Int("discriminatorSteps", d.DiscriminatorSteps, "discriminator updates for each generator update (k in the paper)", 1, 1000),
        ReuseFakes = s.Flag("reuseFakes", d.ReuseFakes, "whether the generator learns on the fakes of the last discriminator update; false draws fresh ones, as Algorithm 1 of the paper does"),
        Generator = s.Map(GeneratorRole, d.Generator, MlpOptions.Describe, "the generator: z to an image"),
        Discriminator = s.Map(DiscriminatorRole, d.Discriminator, DiscriminatorOptions.Describe, "the discriminator: an image to one logit"),
    };
}
