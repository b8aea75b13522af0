using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>What is trained. Each family is a record of its own, chosen by <c>model.kind</c>.</summary>
public abstract record ModelSection
{
    internal const string Tag = "kind";

    /// <summary>All families. A new one adds its record in its own file and one line here.</summary>
    private static readonly IReadOnlyList<Alternative<ModelSection>> Kinds =
    [
        Alternative<ModelSection>.Of("gan", "generative adversarial network (Goodfellow et al. 2014)", new GanModel(), GanModel.Describe),
        Alternative<ModelSection>.Of("rbm", "restricted Boltzmann machine (Hinton 2002; persistent chains: Tieleman 2008)", new RbmModel(), RbmModel.Describe),
        Alternative<ModelSection>.Of("autoencoder", "autoencoder: plain, tied, denoising, contractive, sparse or stacked", new AutoencoderModel(), AutoencoderModel.Describe),
        Alternative<ModelSection>.Of("vae", "variational autoencoder (Kingma and Welling 2014), also beta, importance weighted, conditional", new VaeModel(), VaeModel.Describe),
        Alternative<ModelSection>.Of("vq-vae", "vector-quantized VAE (van den Oord et al. 2017)", new VqVaeModel(), VqVaeModel.Describe),
        Alternative<ModelSection>.Of("dictionary", "sparse dictionary learned online (Mairal et al. 2009)", new DictionaryModel(), DictionaryModel.Describe),
        Alternative<ModelSection>.Of("classifier", "classifier of images: LeNet with rectifiers and max pooling (LeCun et al. 1998)", new ClassifierModel(), ClassifierModel.Describe),
    ];

    /// <summary>The word that <c>model.kind</c> has for this family.</summary>
    public string Kind => Kinds.First(k => k.Fits(this)).Word;

    /// <summary>The networks that have parameters and an optimizer of their own, in workflow order.</summary>
    public abstract ValueList<string> Roles { get; }

    /// <summary>The roles whose actors can be placed apart from each other.</summary>
    public virtual ValueList<string> Actors => Roles;

    /// <summary>This family's defaults for the optimizers, at most one of each kind; the first is the family's own choice.</summary>
    public abstract ValueList<OptimizerSection> OptimizerDefaults { get; }

    internal static ModelSection Describe(Section s, ModelSection d) => s.OneOf(Tag, Kinds, d, "family of the model", required: true);
}
