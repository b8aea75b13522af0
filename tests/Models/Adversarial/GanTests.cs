using Cluster.Models.Adversarial;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests;

/// <summary>Objectives against their definitions, gradients against central differences, all in float64.</summary>
public sealed class GanTests
{
    private const double Step = 1e-6;

    [Fact]
    public void Discriminator_loss_is_the_negative_of_equation_1()
    {
        double[] real = [2.0, -1.0, 0.5], fake = [-0.5, 3.0, -30.0];
        using Tensor real_B1 = tensor(real, 3, 1), fake_B1 = tensor(fake, 3, 1);
        using Tensor plain = AdversarialLosses.Discriminator(AdversarialObjective.NonSaturating, real_B1, fake_B1, 0);
        using Tensor smooth = AdversarialLosses.Discriminator(AdversarialObjective.NonSaturating, real_B1, fake_B1, 0.1);

        double onFakes = fake.Average(l => -Math.Log(1 - Sigmoid(l)));
        Assert.Equal(real.Average(l => -Math.Log(Sigmoid(l))) + onFakes, plain.ToDouble(), 1e-9);
        Assert.Equal(real.Average(l => (-0.9 * Math.Log(Sigmoid(l))) - (0.1 * Math.Log(1 - Sigmoid(l)))) + onFakes, smooth.ToDouble(), 1e-9);
    }

    [Fact]
    public void Generator_losses_are_those_of_the_paper()
    {
        double[] fake = [-0.5, 3.0, -2.0];
        using Tensor fake_B1 = tensor(fake, 3, 1);
        using Tensor minimax = AdversarialLosses.Generator(AdversarialObjective.Minimax, fake_B1);
        using Tensor saturating = AdversarialLosses.Generator(AdversarialObjective.NonSaturating, fake_B1);

        Assert.Equal(fake.Average(l => Math.Log(1 - Sigmoid(l))), minimax.ToDouble(), 1e-12);
        Assert.Equal(fake.Average(l => -Math.Log(Sigmoid(l))), saturating.ToDouble(), 1e-12);
    }

    [Fact]
    public void Equal_odds_cost_log_4()
    {
        using Tensor zero_B1 = zeros(5, 1, ScalarType.Float64);
        using Tensor loss = AdversarialLosses.Discriminator(AdversarialObjective.Minimax, zero_B1, zero_B1, 0);

        Assert.Equal(Math.Log(4), loss.ToDouble(), 1e-12);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.2)]
    public void Discriminator_gradient_agrees_with_central_differences(double smoothing)
    {
        Gan gan = Small(AdversarialObjective.NonSaturating, smoothing);
        using FlatParameters parameters = Parameters(gan.Discriminator, "discriminator");
        using Tensor x_2BD = Normal("x", 6, 5);
        parameters.ZeroGradients();
        gan.DiscriminatorStep(parameters, x_2BD);
        double[] gradient = parameters.Gradients.data<double>().ToArray();

        for (int i = 0; i < gradient.Length; i++)
        {
            int at = i;
            double numeric = Difference(delta => Shifted(parameters.Values, at, delta, () => gan.DiscriminatorStep(parameters, x_2BD).Loss));
            Assert.Equal(numeric, gradient[i], 1e-7);
        }
    }

    [Theory]
    [InlineData(AdversarialObjective.Minimax)]
    [InlineData(AdversarialObjective.NonSaturating)]
    public void Judgement_agrees_with_central_differences_and_leaves_the_discriminator_alone(AdversarialObjective objective)
    {
        Gan gan = Small(objective, 0);
        using FlatParameters parameters = Parameters(gan.Discriminator, "discriminator");
        parameters.ZeroGradients();
        using Tensor fake_BD = Normal("fake", 3, 5);
        using Judgement judgement = gan.Judge(parameters, fake_BD);
        double[] gradient = judgement.Gradient.data<double>().ToArray();

        for (int i = 0; i < gradient.Length; i++)
        {
            int at = i;
            double numeric = Difference(delta => Shifted(fake_BD, at, delta, () =>
            {
                using Judgement moved = gan.Judge(parameters, fake_BD);
                return moved.Loss.ToDouble();
            }));
            Assert.Equal(numeric, gradient[i], 1e-7);
        }

        Assert.All(parameters.Gradients.data<double>().ToArray(), value => Assert.Equal(0.0, value));
    }

    [Theory]
    [InlineData(AdversarialObjective.Minimax)]
    [InlineData(AdversarialObjective.NonSaturating)]
    public void Generator_gradient_through_the_judgement_agrees_with_central_differences(AdversarialObjective objective)
    {
        Gan gan = Small(objective, 0);
        using FlatParameters g = Parameters(gan.Generator, "generator");
        using FlatParameters d = Parameters(gan.Discriminator, "discriminator");
        using Tensor z_BZ = Normal("z", 4, 3);
        g.ZeroGradients();
        using (NewDisposeScope())
        {
            Tensor fake_BD = gan.Generator.Forward(g, z_BZ);
            fake_BD.backward([gan.Judge(d, fake_BD.detach()).Gradient], retain_graph: false, create_graph: false, inputs: null);
        }

        double[] gradient = g.Gradients.data<double>().ToArray();
        for (int i = 0; i < gradient.Length; i++)
        {
            int at = i;
            double numeric = Difference(delta => Shifted(g.Values, at, delta, () =>
            {
                using DisposeScope scope = NewDisposeScope();
                return gan.Judge(d, gan.Generator.Forward(g, z_BZ).detach()).Loss.ToDouble();
            }));
            Assert.Equal(numeric, gradient[i], 1e-7);
        }
    }

    [Fact]
    public void Scores_are_mean_probabilities()
    {
        Gan gan = Small(AdversarialObjective.NonSaturating, 0);
        using FlatParameters parameters = Parameters(gan.Discriminator, "discriminator");
        using Tensor x_2BD = Normal("x", 4, 5);
        DiscriminatorReport report = gan.DiscriminatorStep(parameters, x_2BD);
        using Tensor logits = gan.Discriminator.Forward(parameters, x_2BD).detach();
        double[] l = logits.data<double>().ToArray();

        Assert.Equal((Sigmoid(l[0]) + Sigmoid(l[1])) / 2, report.RealScore, 1e-12);
        Assert.Equal((Sigmoid(l[2]) + Sigmoid(l[3])) / 2, report.FakeScore, 1e-12);
    }

    [Fact]
    public void A_step_leaves_no_tensor_behind()
    {
        Gan gan = Small(AdversarialObjective.NonSaturating, 0);
        using FlatParameters parameters = Parameters(gan.Discriminator, "discriminator");
        using Tensor x_2BD = Normal("x", 4, 5);
        gan.DiscriminatorStep(parameters, x_2BD);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 10; i++)
        {
            gan.DiscriminatorStep(parameters, x_2BD);
            gan.Judge(parameters, x_2BD).Dispose();
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static Gan Small(AdversarialObjective objective, double smoothing) => new(
        new GanOptions
        {
            Latent = 3,
            Objective = objective,
            LabelSmoothing = smoothing,
            GeneratorHidden = [4],
            GeneratorActivation = new Activation(ActivationKind.Tanh),
            DiscriminatorHidden = [4, 3],
            DiscriminatorActivation = new Activation(ActivationKind.LeakyRelu),
        },
        5);

    private static FlatParameters Parameters(INetwork network, string role)
    {
        FlatParameters parameters = new(network.Layout, CPU, ScalarType.Float64);
        parameters.Initialize(11, role);
        return parameters;
    }

    private static Tensor Normal(string purpose, int rows, int columns)
    {
        float[] values = new float[rows * columns];
        RandomStream.Named(5, "test", 0, 0, purpose).FillNormal(values);
        return tensor(Array.ConvertAll(values, value => (double)value), rows, columns);
    }

    private static double Difference(Func<double, double> f) => (f(Step) - f(-Step)) / (2 * Step);

    private static double Shifted(Tensor tensor, int at, double delta, Func<double> f)
    {
        using Tensor plain = tensor.detach();
        Span<double> values = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, double>(plain.bytes);
        double before = values[at];
        values[at] = before + delta;
        double result = f();
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, double>(plain.bytes)[at] = before;
        return result;
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
