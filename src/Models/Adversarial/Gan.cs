// Generative adversarial network with multilayer perceptrons.
//
// Goodfellow, Pouget-Abadie, Mirza, Xu, Warde-Farley, Ozair, Courville, Bengio: "Generative Adversarial Nets",
// NIPS 2014, arXiv:1406.2661. A generator maps noise z to an input x; a discriminator gives the logit of the
// probability that an input is real; they descend on opposed objectives in turn (Algorithm 1).
//
// Hyperparameters of examples/gan-mnist.yaml, the usual ones for 28x28 digits: z of 100 normals, generator
// 100-256-512-784 with tanh, discriminator 784-512-256-1, leaky ReLU of slope 0.2, non-saturating objective,
// Adam (2e-4, 0.5, 0.999; Radford et al. 2016), batches of 64. The paper itself used uniform noise, maxout
// discriminators with dropout and SGD with momentum.
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

    /// <summary>Units of the discriminator's hidden layers.</summary>
    public IReadOnlyList<int> DiscriminatorHidden { get; init; } = [512, 256];

    /// <summary>Function after the discriminator's hidden layers.</summary>
    public Activation DiscriminatorActivation { get; init; } = new(ActivationKind.LeakyRelu);
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
    /// <param name="inputs">Elements of one image, D = C·H·W, at least 1.</param>
    public Gan(GanOptions options, long inputs)
    {
        (_options, _inputs) = (options, inputs);
        Generator = new Mlp(options.Latent, options.GeneratorHidden, inputs, options.GeneratorActivation, options.GeneratorOutput);
        Discriminator = new Mlp(inputs, options.DiscriminatorHidden, 1, options.DiscriminatorActivation, OutputKind.Linear);
    }

    /// <summary>z (B, Z) to images (B, D).</summary>
    public INetwork Generator { get; }

    /// <summary>Images (B, D) to logits (B, 1).</summary>
    public INetwork Discriminator { get; }

    /// <summary>The range to which pixels are scaled so that the generator can reach them.</summary>
    public (float Low, float High) PixelRange => _options.GeneratorOutput switch
    {
        OutputKind.Sigmoid => (0, 1),
        _ => (-1, 1),
    };

    /// <summary>
    /// Adds the gradient of the discriminator's objective to <paramref name="parameters"/>' flat gradient.
    /// </summary>
    /// <param name="parameters">The discriminator's.</param>
    /// <param name="x_2BD">B real inputs, then B generated ones, shape (2B, D).</param>
    /// <param name="noise">Where the gradient penalty draws from; not made without one.</param>
    /// <exception cref="ArgumentNullException">There is a penalty and no noise for it.</exception>
    public DiscriminatorReport DiscriminatorStep(FlatParameters parameters, Tensor x_2BD, Func<RandomStream>? noise = null)
    {
        using DisposeScope scope = NewDisposeScope();
        long batch = x_2BD.shape[0] / 2;
        (Tensor real_B1, Tensor fake_B1) = Logits(parameters, x_2BD, batch);
        Tensor loss = AdversarialLosses.Discriminator(_options.Objective, real_B1, fake_B1, _options.LabelSmoothing);
        if (_options.GradientPenalty > 0)
        {
            ArgumentNullException.ThrowIfNull(noise);
            loss += _options.GradientPenalty * GradientPenalty.Of(
                x => Discriminator.Forward(parameters, x), x_2BD.narrow(0, 0, batch), x_2BD.narrow(0, batch, batch), _inputs, noise());
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
    public Judgement Judge(FlatParameters parameters, Tensor fake_BD)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor input_BD = fake_BD.detach().requires_grad_(true);
        Tensor loss = AdversarialLosses.Generator(_options.Objective, Discriminator.Forward(parameters, input_BD));
        Tensor gradient_BD = autograd.grad([loss], [input_BD])[0];
        return new Judgement(loss.detach().MoveToOuterDisposeScope(), gradient_BD.MoveToOuterDisposeScope());
    }

    /// <summary>Which inputs are taken for real, of outputs (B, 1).</summary>
    public Tensor TakenForReal(Tensor output_B1) => output_B1.gt(AdversarialLosses.Threshold(_options.Objective));

    /// <summary>The mean probability of being real, or the mean output where outputs are no logits.</summary>
    public double Score(Tensor output_B1) => (AdversarialLosses.IsLogit(_options.Objective) ? output_B1.sigmoid() : output_B1).mean().ToDouble();

    private (Tensor Real, Tensor Fake) Logits(FlatParameters parameters, Tensor x_2BD, long batch)
    {
        if (!Discriminator.RowsAreIndependent)
        {
            return (Discriminator.Forward(parameters, x_2BD.narrow(0, 0, batch)),
                Discriminator.Forward(parameters, x_2BD.narrow(0, batch, batch)));
        }

        Tensor logits_2B1 = Discriminator.Forward(parameters, x_2BD);
        return (logits_2B1.narrow(0, 0, batch), logits_2B1.narrow(0, batch, batch));
    }
}
