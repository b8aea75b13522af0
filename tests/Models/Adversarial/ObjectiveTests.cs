using Cluster.Models.Adversarial;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests;

/// <summary>Every objective against its definition on known densities, and its gradients against central differences.</summary>
public sealed class ObjectiveTests
{
    /// <summary>Two densities on three places, as multisets of eight draws.</summary>
    private static readonly int[] s_p = [4, 2, 2], s_q = [1, 2, 5];

    public static TheoryData<AdversarialObjective> Objectives => GanCases.Objectives;

    [Fact]
    public void The_optimal_discriminator_is_worth_minus_log_4_and_twice_the_Jensen_Shannon_divergence()
    {
        using Tensor real = Draws(s_p, u => Math.Log(u)), fake = Draws(s_q, u => Math.Log(u));
        using Tensor loss = AdversarialLosses.Discriminator(AdversarialObjective.Minimax, real, fake, 0);
        double divergence = 0;
        for (int i = 0; i < 3; i++)
        {
            double p = s_p[i] / 8.0, q = s_q[i] / 8.0, m = (p + q) / 2;
            divergence += (p * Math.Log(p / m) / 2) + (q * Math.Log(q / m) / 2);
        }

        Assert.Equal(-Math.Log(4) + (2 * divergence), -loss.ToDouble(), 1e-12);
    }

    /// <summary>
    /// The same on two known continuous densities, N(0, 1) and N(1, 1): their optimal discriminator has the logit 1/2 − x. The value on
    /// samples must equal −log 4 + 2 JSD, by numerical integration, within four standard errors.
    /// </summary>
    [Fact]
    public void On_two_normal_densities_the_optimal_discriminator_is_worth_the_same_within_sampling_error()
    {
        const int Count = 200_000;
        using Tensor noise = GanCases.Normal("densities", 2, Count);
        using Tensor real_B1 = 0.5 - noise.narrow(0, 0, 1).view(Count, 1), fake_B1 = 0.5 - (noise.narrow(0, 1, 1).view(Count, 1) + 1);
        using Tensor loss = AdversarialLosses.Discriminator(AdversarialObjective.Minimax, real_B1, fake_B1, 0);
        using Tensor onReal = nn.functional.softplus(-real_B1), onFake = nn.functional.softplus(fake_B1);
        double error = Math.Sqrt((onReal.var().ToDouble() + onFake.var().ToDouble()) / Count);

        double divergence = 0;
        const double Step = 1e-3;
        for (double x = -10; x < 11; x += Step)
        {
            double p = Density(x), q = Density(x - 1), m = (p + q) / 2;
            divergence += Step * ((p * Math.Log(p / m)) + (q * Math.Log(q / m))) / 2;
        }

        Assert.InRange(error, 1e-5, 5e-3);
        Assert.InRange(-loss.ToDouble() - (-Math.Log(4) + (2 * divergence)), -4 * error, 4 * error);

        // Another discriminator is worth less, by far more than that.
        using Tensor steeper = AdversarialLosses.Discriminator(AdversarialObjective.Minimax, real_B1 * 2, fake_B1 * 2, 0);
        Assert.True(steeper.ToDouble() > loss.ToDouble() + (4 * error));

        static double Density(double x) => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
    }

    [Theory]
    [InlineData(AdversarialObjective.Kl)]
    [InlineData(AdversarialObjective.ReverseKl)]
    [InlineData(AdversarialObjective.SquaredHellinger)]
    [InlineData(AdversarialObjective.JensenShannon)]
    public void The_optimal_output_of_an_f_GAN_is_worth_its_divergence(AdversarialObjective objective)
    {
        // At T = f'(p/q) the bound of Nguyen et al. is tight: E_P[T] − E_Q[f*(T)] = Σ q f(p/q).
        (Func<double, double> f, Func<double, double> output) = objective switch
        {
            AdversarialObjective.Kl => ((Func<double, double>)(u => u * Math.Log(u)), (Func<double, double>)(u => 1 + Math.Log(u))),
            AdversarialObjective.ReverseKl => (u => -Math.Log(u), Math.Log),
            AdversarialObjective.SquaredHellinger => (u => Math.Pow(Math.Sqrt(u) - 1, 2), u => Math.Log(u) / 2),
            _ => (u => (u * Math.Log(u)) - ((u + 1) * Math.Log((u + 1) / 2)), Math.Log),
        };
        using Tensor real = Draws(s_p, output), fake = Draws(s_q, output);
        using Tensor loss = AdversarialLosses.Discriminator(objective, real, fake, 0);
        double divergence = Enumerable.Range(0, 3).Sum(i => s_q[i] / 8.0 * f((double)s_p[i] / s_q[i]));

        Assert.Equal(divergence, -loss.ToDouble(), 1e-12);

        // Any other output is worth less.
        using Tensor otherReal = Draws(s_p, u => output(u) + 0.1), otherFake = Draws(s_q, u => output(u) + 0.1);
        using Tensor other = AdversarialLosses.Discriminator(objective, otherReal, otherFake, 0);
        Assert.True(-other.ToDouble() < divergence);
        Assert.Equal(output(1), AdversarialLosses.Threshold(objective), 1e-12);
    }

    [Fact]
    public void Least_squares_hinge_and_Wasserstein_are_those_of_their_papers()
    {
        double[] real = [2.0, -1.0, 0.5], fake = [-0.5, 3.0, -2.0];
        using Tensor real_B1 = tensor(real, 3, 1), fake_B1 = tensor(fake, 3, 1);
        double Discriminator(AdversarialObjective objective, double smoothing = 0)
        {
            using Tensor loss = AdversarialLosses.Discriminator(objective, real_B1, fake_B1, smoothing);
            return loss.ToDouble();
        }

        double Generator(AdversarialObjective objective)
        {
            using Tensor loss = AdversarialLosses.Generator(objective, fake_B1);
            return loss.ToDouble();
        }

        Assert.Equal(real.Average(v => (v - 1) * (v - 1) / 2) + fake.Average(v => v * v / 2), Discriminator(AdversarialObjective.LeastSquares), 1e-12);
        Assert.Equal(real.Average(v => (v - 0.9) * (v - 0.9) / 2) + fake.Average(v => v * v / 2), Discriminator(AdversarialObjective.LeastSquares, 0.1), 1e-12);
        Assert.Equal(fake.Average(v => (v - 1) * (v - 1) / 2), Generator(AdversarialObjective.LeastSquares), 1e-12);
        Assert.Equal(real.Average(v => Math.Max(0, 1 - v)) + fake.Average(v => Math.Max(0, 1 + v)), Discriminator(AdversarialObjective.Hinge), 1e-12);
        Assert.Equal(fake.Average() - real.Average(), Discriminator(AdversarialObjective.Wasserstein), 1e-12);
        Assert.Equal(-fake.Average(), Generator(AdversarialObjective.Hinge), 1e-12);
        Assert.Equal(-fake.Average(), Generator(AdversarialObjective.Wasserstein), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Objectives))]
    public void Gradients_of_both_sides_agree_with_central_differences(AdversarialObjective objective)
    {
        Gan gan = new(GanCases.Perceptrons(objective), 5);
        using FlatParameters g = GanCases.Parameters(gan.Generator.Layout, "generator"), d = GanCases.Parameters(gan.Discriminator.Layout, "discriminator");
        using Tensor x_2BD = GanCases.Normal("x", 6, 5), z_BZ = GanCases.Normal("z", 3, 3);
        d.ZeroGradients();
        gan.DiscriminatorStep(d, x_2BD);
        using Tensor gradient = d.Gradients.clone();
        GanCases.AgreesWithDifferences(gradient, d.Values, () => gan.DiscriminatorStep(d, x_2BD).Loss);

        GanCases.GeneratorAgreesWithDifferences(gan, g, d, z_BZ, null);
    }

    [Fact]
    public void The_gradient_of_the_penalty_agrees_with_central_differences()
    {
        Gan gan = new(GanCases.Perceptrons(AdversarialObjective.Wasserstein) with { GradientPenalty = 10 }, 5);
        using FlatParameters d = GanCases.Parameters(gan.Discriminator.Layout, "discriminator");
        using Tensor x_2BD = GanCases.Normal("x", 6, 5);
        d.ZeroGradients();
        double loss = gan.DiscriminatorStep(d, x_2BD, Noise).Loss;
        using Tensor gradient = d.Gradients.clone();
        GanCases.AgreesWithDifferences(gradient, d.Values, () => gan.DiscriminatorStep(d, x_2BD, Noise).Loss);

        // The penalty itself, from gradients by differences at the points that the stream names.
        Gan plain = new(GanCases.Perceptrons(AdversarialObjective.Wasserstein), 5);
        double[] shares = new double[3];
        Noise().FillUniform(shares);
        double penalty = 0;
        for (int row = 0; row < 3; row++)
        {
            using Tensor real = x_2BD.narrow(0, row, 1), fake = x_2BD.narrow(0, row + 3, 1);
            using Tensor between = (real * shares[row]) + (fake * (1 - shares[row]));
            double square = 0;
            for (int i = 0; i < 5; i++)
            {
                double slope = (Output(plain, d, between, i, 1e-5) - Output(plain, d, between, i, -1e-5)) / 2e-5;
                square += slope * slope;
            }

            penalty += Math.Pow(Math.Sqrt(square) - 1, 2) / 3;
        }

        Assert.Equal(plain.DiscriminatorStep(d, x_2BD).Loss + (10 * penalty), loss, 1e-7);
        Assert.Throws<ArgumentNullException>(() => gan.DiscriminatorStep(d, x_2BD));
    }

    [Fact]
    public void A_step_with_a_penalty_leaves_no_tensor_behind_and_adds_to_the_flat_gradient()
    {
        Gan gan = new(GanCases.Perceptrons(AdversarialObjective.Wasserstein) with { GradientPenalty = 10 }, 5);
        using FlatParameters d = GanCases.Parameters(gan.Discriminator.Layout, "discriminator");
        using Tensor x_2BD = GanCases.Normal("x", 6, 5);
        d.ZeroGradients();
        gan.DiscriminatorStep(d, x_2BD, Noise);
        using Tensor once = d.Gradients.clone();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        gan.DiscriminatorStep(d, x_2BD, Noise);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        using Tensor twice = once * 2;
        Assert.True(twice.allclose(d.Gradients));
    }

    private static RandomStream Noise() => RandomStream.Named(3, "discriminator", 0, 0, "interpolation");

    private static double Output(Gan gan, FlatParameters d, Tensor x, int element, double delta)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor moved = x.clone();
        moved.narrow(1, element, 1).add_(delta);
        return gan.Discriminator.Forward(d, moved).ToDouble();
    }

    /// <summary>The output at each draw's ratio of densities, shape (8, 1).</summary>
    private static Tensor Draws(int[] counts, Func<double, double> output)
    {
        double[] values = [.. Enumerable.Range(0, 3).SelectMany(i => Enumerable.Repeat(output((double)s_p[i] / s_q[i]), counts[i]))];
        return tensor(values, 8, 1);
    }
}
