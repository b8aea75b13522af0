namespace Cluster.Models.Adversarial;

/// <summary>What shapes a GAN; sizes of images come from the data.</summary>
public sealed record GanOptions
{
    /// <summary>Elements of z, at least 1.</summary>
    public int Latent { get; init; } = 100;

    /// <summary>The game that the two play.</summary>
    public AdversarialObjective Objective { get; init; } = AdversarialObjective.NonSaturating;

    /// <summary>One-sided smoothing of the real labels, in [0, 0.5].</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>λ of the gradient penalty of WGAN-GP, at least 0; 0 for none.</summary>
    public double GradientPenalty { get; init; }

    /// <summary>Units of the generator's hidden layers.</summary>
    public IReadOnlyList<int> GeneratorHidden { get; init; } = [256, 512];

    /// <summary>Function after the generator's hidden layers.</summary>
    public Activation GeneratorActivation { get; init; } = new(ActivationKind.LeakyRelu);

    /// <summary>Function after the generator's last layer; it fixes the range to which data are scaled.</summary>
    public OutputKind GeneratorOutput { get; init; } = OutputKind.Tanh;

    /// <summary>What the spectral norm of the generator's weights becomes, above 0; null where it is free.</summary>
    public double? GeneratorSpectral { get; init; }

    /// <summary>Units of the discriminator's hidden layers.</summary>
    public IReadOnlyList<int> DiscriminatorHidden { get; init; } = [512, 256];

    /// <summary>Function after the discriminator's hidden layers.</summary>
    public Activation DiscriminatorActivation { get; init; } = new(ActivationKind.LeakyRelu);

    /// <summary>Convolutions in place of the generator's perceptron; null for none.</summary>
    public DcganOptions? GeneratorConvolutions { get; init; }

    /// <summary>Convolutions in place of the discriminator's perceptron; null for none.</summary>
    public DcganOptions? DiscriminatorConvolutions { get; init; }

    /// <summary>Whether the discriminator's weights are divided by their spectral norm.</summary>
    public bool SpectralNorm { get; init; }

    /// <summary>What their spectral norm becomes, above 0.</summary>
    public double SpectralScale { get; init; } = 1;

    /// <summary>Minibatch discrimination before the discriminator's last layer; null for none.</summary>
    public MinibatchLayer? Minibatch { get; init; }

    /// <summary>Classes that both networks are told, at least 0; 0 for none.</summary>
    public int Classes { get; init; }

    /// <summary>Codes that the discriminator reads back from what is made of them (InfoGan.cs); null for none.</summary>
    public LatentCodes? Codes { get; init; }

    /// <summary>m, the energy that fakes are pushed up to, above 0; of <see cref="AdversarialObjective.EnergyBased"/> only.</summary>
    public double Margin { get; init; } = 1;

    /// <summary>Weight of the pulling-away term, at least 0; of <see cref="AdversarialObjective.EnergyBased"/> only.</summary>
    public double PullingAway { get; init; }

    /// <summary>Weight of the orthogonal regularization of the generator's weights, at least 0 (BigGan.cs).</summary>
    public double Orthogonal { get; init; }
}
