// Generative adversarial network, with multilayer perceptrons or convolutions (Dcgan.cs).
//
// Goodfellow, Pouget-Abadie, Mirza, Xu, Warde-Farley, Ozair, Courville, Bengio: "Generative Adversarial Nets",
// NIPS 2014, arXiv:1406.2661. A generator maps noise z to an input x; a discriminator gives the logit of the
// probability that an input is real; they descend on opposed objectives in turn (Algorithm 1).
//
// Hyperparameters of examples/gan-mnist.yaml, the usual ones for 28x28 digits: z of 100 normals, generator
// 100-256-512-784 with tanh, discriminator 784-512-256-1, leaky ReLU of slope 0.2, non-saturating objective,
// Adam (2e-4, 0.5, 0.999; Radford et al. 2016), batches of 64. The paper itself used uniform noise, maxout
// discriminators with dropout and SGD with momentum.
//
// With class labels it is the conditional GAN of Mirza and Osindero 2014 (arXiv:1411.1784): a one-hot label stands behind z and behind
// the image.
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

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
}

/// <summary>What one discriminator update saw; all means over the batch.</summary>
/// <param name="Loss">The objective with its penalty, in nats where it has a unit.</param>
/// <param name="RealScore">D(x), the mean probability given to real inputs; the mean output where outputs are no logits.</param>
/// <param name="FakeScore">D(G(z)), likewise for generated inputs.</param>
public readonly record struct DiscriminatorReport(double Loss, double RealScore, double FakeScore);

/// <summary>The discriminator's answer to a generator: its loss and where to move.</summary>
/// <param name="Loss">The generator's objective, in nats: a scalar; the caller owns it.</param>
/// <param name="Gradient">dL/dfakes, shape (B, D); the caller owns it.</param>
public sealed record Judgement(Tensor Loss, Tensor Gradient) : IDisposable
{
    /// <summary>Frees both.</summary>
    public void Dispose()
    {
        Loss.Dispose();
        Gradient.Dispose();
    }
}

/// <summary>The two networks and the three pieces of an alternating step. Holds no tensor.</summary>
public sealed class Gan
{
    private readonly GanOptions _options;
    private readonly long _inputs;

    /// <summary>Lays out both networks.</summary>
    /// <param name="options">Their shape.</param>
    /// <param name="inputs">Elements of one input, D, at least 1.</param>
    public Gan(GanOptions options, int inputs)
        : this(options, new ImageSize(1, 1, inputs))
    {
    }

    /// <summary>Lays out both networks.</summary>
    /// <param name="options">Their shape.</param>
    /// <param name="image">Size of an image.</param>
    /// <exception cref="ArgumentException">A convolutional network does not fit the images.</exception>
    public Gan(GanOptions options, ImageSize image)
    {
        (_options, _inputs) = (options, image.Pixels);
        Generator = Generative(options, image);
        Discriminator = Discriminative(options, image);
    }

    /// <summary>z, with its label behind it where there are classes, (B, Z + K), to images (B, D).</summary>
    public INetwork Generator { get; }

    /// <summary>Images, with their labels behind them where there are classes, (B, D + K), to outputs (B, 1).</summary>
    public INetwork Discriminator { get; }

    /// <summary>The range to which pixels are scaled so that the generator can reach them; with a linear output it reaches any.</summary>
    public (float Low, float High) PixelRange => _options.GeneratorOutput switch
    {
        OutputKind.Sigmoid => (0, 1),
        _ => (-1, 1),
    };

    /// <summary>
    /// Adds the gradient of the discriminator's objective to <paramref name="parameters"/>' flat gradient.
    /// </summary>
    /// <param name="parameters">The discriminator's.</param>
    /// <param name="x_2BD">B real inputs, then B generated ones, each with its label behind it where there are classes, shape (2B, D + K).</param>
    /// <param name="noise">Where the gradient penalty draws from; not made without one.</param>
    /// <param name="memory">Values for the discriminator's memory where it has one; its gradient tells how it moves.</param>
    /// <exception cref="ArgumentNullException">There is a penalty and no noise for it.</exception>
    public DiscriminatorReport DiscriminatorStep(FlatParameters parameters, Tensor x_2BD, Func<RandomStream>? noise = null, FlatParameters? memory = null)
    {
        using DisposeScope scope = NewDisposeScope();
        NetworkPass pass = new(parameters, memory);
        long batch = x_2BD.shape[0] / 2;
        (Tensor real_B1, Tensor fake_B1) = Outputs(pass, x_2BD, batch);
        Tensor loss = AdversarialLosses.Discriminator(_options.Objective, real_B1, fake_B1, _options.LabelSmoothing);
        if (_options.GradientPenalty > 0)
        {
            ArgumentNullException.ThrowIfNull(noise);
            loss += _options.GradientPenalty * GradientPenalty.Of(
                x => Discriminator.Forward(pass, x), x_2BD.narrow(0, 0, batch), x_2BD.narrow(0, batch, batch), _inputs, noise());
        }

        loss.backward();
        using (no_grad())
        {
            return new DiscriminatorReport(loss.ToDouble(), Score(real_B1), Score(fake_B1));
        }
    }

    /// <summary>The generator's loss on its fakes and its gradient with respect to them; the discriminator's own is left alone.</summary>
    /// <param name="parameters">The discriminator's.</param>
    /// <param name="fake_BD">Generated inputs, shape (B, D), without history.</param>
    /// <param name="memory">Values for the discriminator's memory where it has one.</param>
    /// <param name="labels_BK">One-hot labels of the inputs where there are classes.</param>
    public Judgement Judge(FlatParameters parameters, Tensor fake_BD, FlatParameters? memory = null, Tensor? labels_BK = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor input_BD = fake_BD.detach().requires_grad_(true);
        Tensor loss = AdversarialLosses.Generator(_options.Objective, Discriminator.Forward(
            new NetworkPass(parameters, memory), labels_BK is null ? input_BD : cat([input_BD, labels_BK], 1)));
        Tensor gradient_BD = autograd.grad([loss], [input_BD])[0];
        return new Judgement(loss.detach().MoveToOuterDisposeScope(), gradient_BD.MoveToOuterDisposeScope());
    }

    /// <summary>Whether an output alone says if its input is taken for real; that of a Wasserstein critic counts only beside others.</summary>
    public bool Decides => _options.Objective != AdversarialObjective.Wasserstein;

    /// <summary>Which inputs are taken for real, of outputs (B, 1).</summary>
    public Tensor TakenForReal(Tensor output_B1) => output_B1.gt(AdversarialLosses.Threshold(_options.Objective));

    /// <summary>The mean probability of being real, or the mean output where outputs are no logits.</summary>
    public double Score(Tensor output_B1) => (AdversarialLosses.IsLogit(_options.Objective) ? output_B1.sigmoid() : output_B1).mean().ToDouble();

    private static INetwork Generative(GanOptions options, ImageSize image)
    {
        long inputs = options.Latent + options.Classes;
        return options.GeneratorConvolutions is { } convolutions
            ? Dcgan.Generator(convolutions, inputs, image, options.GeneratorOutput, options.GeneratorSpectral)
            : options.GeneratorSpectral is { } scale
            ? new LayerNetwork([inputs], Perceptron(options.GeneratorHidden, options.GeneratorActivation, scale).Append(Linear((int)image.Pixels, scale)), options.GeneratorOutput)
            : new Mlp(inputs, options.GeneratorHidden, image.Pixels, options.GeneratorActivation, options.GeneratorOutput);
    }

    private static INetwork Discriminative(GanOptions options, ImageSize image)
    {
        if (options.DiscriminatorConvolutions is { } convolutions)
        {
            return Dcgan.Discriminator(convolutions, image, options.Classes, options.SpectralNorm ? options.SpectralScale : null, options.Minibatch);
        }

        long inputs = image.Pixels + options.Classes;
        if (!options.SpectralNorm && options.Minibatch is null)
        {
            return new Mlp(inputs, options.DiscriminatorHidden, 1, options.DiscriminatorActivation, OutputKind.Linear);
        }

        double? spectral = options.SpectralNorm ? options.SpectralScale : null;
        List<Layer> layers = [.. Perceptron(options.DiscriminatorHidden, options.DiscriminatorActivation, spectral)];
        if (options.Minibatch is { } minibatch)
        {
            layers.Add(minibatch);
        }

        return new LayerNetwork([inputs], [.. layers, Linear(1, spectral)]);
    }

    private static IEnumerable<Layer> Perceptron(IReadOnlyList<int> hidden, Activation activation, double? spectral) =>
        hidden.SelectMany(width => new[] { Linear(width, spectral), new ActivationLayer(activation) });

    private static Layer Linear(int units, double? spectral) => SpectralLayer.Around(new LinearLayer(units), spectral);

    private (Tensor Real, Tensor Fake) Outputs(NetworkPass pass, Tensor x_2BD, long batch)
    {
        if (!Discriminator.RowsAreIndependent)
        {
            return (Discriminator.Forward(pass, x_2BD.narrow(0, 0, batch)), Discriminator.Forward(pass, x_2BD.narrow(0, batch, batch)));
        }

        Tensor outputs_2B1 = Discriminator.Forward(pass, x_2BD);
        return (outputs_2B1.narrow(0, 0, batch), outputs_2B1.narrow(0, batch, batch));
    }
}
