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

    /// <summary>z, then codes and the label where there are such, (B, Z + Q + K), to images (B, D).</summary>
    public INetwork Generator { get; }

    /// <summary>
    /// Images, with their labels behind them where there are classes, (B, D + K), to outputs (B, 1 + H): first the output that says how
    /// real they are, then the head that reads codes, or the code behind an energy; most have no more than the first.
    /// </summary>
    public INetwork Discriminator { get; }

    /// <summary>The range to which pixels are scaled so that the generator can reach them; with a linear output it reaches any.</summary>
    public (float Low, float High) PixelRange => _options.GeneratorOutput switch
    {
        OutputKind.Sigmoid => (0, 1),
        _ => (-1, 1),
    };

    /// <summary>
    /// The parts of a discriminator's step that make the gradient from each of some offsets on final early; null where it has one part
    /// only. A gradient penalty goes through the network a second time, and with it the step is one.
    /// </summary>
    public PassParts? DiscriminatorParts(IEnumerable<long> offsets) => _options.GradientPenalty > 0 ? null : PassParts.Of(Discriminator, offsets);

    /// <summary>The same of a generator's pass. Orthogonal regularization adds to all of its gradient in the end.</summary>
    public PassParts? GeneratorParts(IEnumerable<long> offsets) => _options.Orthogonal > 0 ? null : PassParts.Of(Generator, offsets);

    /// <summary>
    /// Adds the gradient of the discriminator's objective to <paramref name="parameters"/>' flat gradient.
    /// </summary>
    /// <param name="parameters">The discriminator's.</param>
    /// <param name="x_2BD">B real inputs, then B generated ones, each with its label behind it where there are classes, shape (2B, D + K).</param>
    /// <param name="noise">Where the gradient penalty draws from; not made without one.</param>
    /// <param name="memory">Values for the discriminator's memory where it has one; its gradient tells how it moves.</param>
    /// <param name="codes_BQ">The codes that the generated inputs were made of, where there are codes.</param>
    /// <param name="parts">Where given, this is the first part; the others follow with its <see cref="PassParts.Backward"/>.</param>
    /// <exception cref="ArgumentNullException">There is a penalty and no noise for it, or there are codes and none are given.</exception>
    public DiscriminatorReport DiscriminatorStep(
        FlatParameters parameters, Tensor x_2BD, Func<RandomStream>? noise = null, FlatParameters? memory = null, Tensor? codes_BQ = null, PassParts? parts = null)
    {
        using DisposeScope scope = NewDisposeScope();
        NetworkPass pass = new(parameters, memory, Parts: parts);
        long batch = x_2BD.shape[0] / 2;
        (Tensor real_BH, Tensor fake_BH) = Outputs(pass, x_2BD, batch);
        Tensor real_B1 = real_BH.narrow(1, 0, 1), fake_B1 = fake_BH.narrow(1, 0, 1);
        Tensor loss = AdversarialLosses.Discriminator(_options.Objective, real_B1, fake_B1, _options.LabelSmoothing, _options.Margin);
        if (_options.Codes is { } codes)
        {
            ArgumentNullException.ThrowIfNull(codes_BQ);
            loss = loss.Add(codes.Loss(Head(fake_BH), codes_BQ));
        }

        if (_options.GradientPenalty > 0)
        {
            ArgumentNullException.ThrowIfNull(noise);
            loss = loss.Add(GradientPenalty.Of(
                x => Discriminator.Forward(pass, x).narrow(1, 0, 1), x_2BD.narrow(0, 0, batch), x_2BD.narrow(0, batch, batch), _inputs, noise()).Mul(_options.GradientPenalty));
        }

        loss.backward();
        using (no_grad())
        {
            return new DiscriminatorReport(loss.AsDouble(), Score(real_B1), Score(fake_B1));
        }
    }

    /// <summary>The generator's loss on its fakes and its gradient with respect to them; the discriminator's own is left alone.</summary>
    /// <param name="parameters">The discriminator's.</param>
    /// <param name="fake_BD">Generated inputs, shape (B, D), without history.</param>
    /// <param name="memory">Values for the discriminator's memory where it has one.</param>
    /// <param name="labels_BK">One-hot labels of the inputs where there are classes.</param>
    /// <param name="codes_BQ">The codes that they were made of, where there are codes.</param>
    /// <exception cref="ArgumentNullException">There are codes and none are given.</exception>
    public Judgement Judge(FlatParameters parameters, Tensor fake_BD, FlatParameters? memory = null, Tensor? labels_BK = null, Tensor? codes_BQ = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor input_BD = fake_BD.detach().requires_grad_(true);
        Tensor output_BH = Discriminator.Forward(new NetworkPass(parameters, memory), labels_BK is null ? input_BD : cat([input_BD, labels_BK], 1));
        Tensor loss = AdversarialLosses.Generator(_options.Objective, output_BH.narrow(1, 0, 1));
        if (_options.Codes is { } codes)
        {
            ArgumentNullException.ThrowIfNull(codes_BQ);
            loss = loss.Add(codes.Loss(Head(output_BH), codes_BQ));
        }

        if (_options.PullingAway > 0)
        {
            loss = loss.Add(EnergyNetwork.PullingAway(Head(output_BH)).Mul(_options.PullingAway));
        }

        Tensor gradient_BD = autograd.grad([loss], [input_BD])[0];
        return new Judgement(loss.detach().MoveToOuterDisposeScope(), gradient_BD.MoveToOuterDisposeScope());
    }

    /// <summary>Whether scores are probabilities of being real.</summary>
    public bool ScoresAreProbabilities => AdversarialLosses.IsLogit(_options.Objective);

    /// <summary>Adds the gradient of what is asked of the generator's weights alone, the orthogonal regularization, to its flat gradient.</summary>
    /// <param name="parameters">The generator's.</param>
    /// <returns>What it adds to the loss: 0 where nothing is asked.</returns>
    public double Regularize(FlatParameters parameters)
    {
        if (_options.Orthogonal == 0)
        {
            return 0;
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor penalty = OrthogonalWeights.Penalty(parameters).Mul(_options.Orthogonal);
        penalty.backward();
        return penalty.AsDouble();
    }

    /// <summary>
    /// Whether an output alone says if its input is taken for real; that of a Wasserstein critic, or an energy, counts only beside others.
    /// </summary>
    public bool Decides => _options.Objective is not (AdversarialObjective.Wasserstein or AdversarialObjective.EnergyBased);

    /// <summary>Which inputs are taken for real, of outputs (B, 1 + H).</summary>
    public Tensor TakenForReal(Tensor output_BH) => output_BH.narrow(1, 0, 1).Gt(AdversarialLosses.Threshold(_options.Objective));

    /// <summary>The mean probability of being real, or the mean output where outputs are no logits; of outputs (B, 1 + H).</summary>
    public double Score(Tensor output_BH)
    {
        Tensor output_B1 = output_BH.narrow(1, 0, 1);
        return (AdversarialLosses.IsLogit(_options.Objective) ? output_B1.sigmoid() : output_B1).mean().AsDouble();
    }

    /// <summary>Outputs (B, 1 + H) without the first.</summary>
    public static Tensor Head(Tensor output_BH) => output_BH.narrow(1, 1, output_BH.shape[1] - 1);

    private static INetwork Generative(GanOptions options, ImageSize image)
    {
        int noise = options.Latent + (options.Codes?.Width ?? 0);
        long inputs = noise + options.Classes;
        return options.GeneratorConvolutions is { SkipLatent: true } or { ClassEmbedding: > 0 }
            ? new BigGan(options.GeneratorConvolutions, noise, options.Classes, image, options.GeneratorOutput, options.GeneratorSpectral)
            : options.GeneratorConvolutions is { } convolutions
            ? Dcgan.Generator(convolutions, inputs, image, options.GeneratorOutput, options.GeneratorSpectral)
            : options.GeneratorSpectral is { } scale
            ? new LayerNetwork([inputs], Perceptron(options.GeneratorHidden, options.GeneratorActivation, scale).Append(Linear((int)image.Pixels, scale)), options.GeneratorOutput)
            : new Mlp(inputs, options.GeneratorHidden, image.Pixels, options.GeneratorActivation, options.GeneratorOutput);
    }

    private static INetwork Discriminative(GanOptions options, ImageSize image)
    {
        double? spectral = options.SpectralNorm ? options.SpectralScale : null;
        if (options.Objective == AdversarialObjective.EnergyBased)
        {
            return Energy(options, image, spectral);
        }

        if (options.DiscriminatorConvolutions is { } convolutions)
        {
            return Dcgan.Discriminator(convolutions, image, options.Classes, spectral, Last(options, new LinearLayer(1) { Weight = Dcgan.Weights }, spectral));
        }

        long inputs = image.Pixels + options.Classes;
        return spectral is null && options.Minibatch is null && options.Codes is null
            ? new Mlp(inputs, options.DiscriminatorHidden, 1, options.DiscriminatorActivation, OutputKind.Linear)
            : new LayerNetwork(
                [inputs], [.. Perceptron(options.DiscriminatorHidden, options.DiscriminatorActivation, spectral), .. Last(options, new LinearLayer(1), spectral)]);
    }

    /// <summary>What follows the features: minibatch discrimination, then the score with the head that reads codes.</summary>
    private static IEnumerable<Layer> Last(GanOptions options, LinearLayer score, double? spectral)
    {
        if (options.Minibatch is { } minibatch)
        {
            yield return minibatch;
        }

        Layer normalized = SpectralLayer.Around(score, spectral);
        yield return options.Codes is { } codes ? new ScoreAndHeadLayer(normalized, codes.HeadUnits, codes.HeadWidth) : normalized;
    }

    /// <summary>An autoencoder; a perceptron's decoder has the encoder's widths in reverse.</summary>
    private static EnergyNetwork Energy(GanOptions options, ImageSize image, double? spectral)
    {
        if (options.DiscriminatorConvolutions is { } convolutions)
        {
            return Dcgan.Energy(convolutions, image, options.Classes, spectral, options.GeneratorOutput);
        }

        IReadOnlyList<int> hidden = options.DiscriminatorHidden;
        if (hidden.Count == 0)
        {
            throw new ArgumentException("An energy needs a code: the discriminator's last hidden layer. Give it at least one.");
        }

        return new EnergyNetwork(
            new LayerNetwork([image.Pixels + options.Classes], Perceptron(hidden, options.DiscriminatorActivation, spectral), name: "encoder."),
            new LayerNetwork(
                [hidden[^1]],
                [.. Perceptron([.. hidden.Reverse().Skip(1)], options.DiscriminatorActivation, spectral), Linear(checked((int)image.Pixels), spectral)],
                options.GeneratorOutput,
                "decoder."));
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

        Tensor outputs_2BH = Discriminator.Forward(pass, x_2BD);
        return (outputs_2BH.narrow(0, 0, batch), outputs_2BH.narrow(0, batch, batch));
    }
}
