using Cluster.Models.Boltzmann;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests.Boltzmann;

public sealed class IsingDenoiserTests
{
    [Fact]
    public void Energy_is_the_sum_over_pixels_and_neighbouring_pairs()
    {
        double[] x = [1, -1, 1, 1, 1, -1], y = [1, 1, 1, -1, 1, -1];
        using Tensor images = tensor(x, 1, 2, 3), observed = tensor(y, 1, 2, 3);
        using Tensor energy = new IsingDenoiser(0.3, 0.7, 1.1).Energy(images, observed);
        // Pairs of the 2x3 grid, row by row: (0,1)(1,2)(3,4)(4,5) across, (0,3)(1,4)(2,5) down.
        double pairs = x[0] * x[1] + x[1] * x[2] + x[3] * x[4] + x[4] * x[5] + x[0] * x[3] + x[1] * x[4] + x[2] * x[5];
        Assert.Equal((0.3 * x.Sum()) - (0.7 * pairs) - (1.1 * x.Zip(y, (a, b) => a * b).Sum()), energy.ToDouble(), 1e-12);
    }

    [Fact]
    public void Both_ways_restore_a_noisy_image_and_ICM_lowers_the_energy()
    {
        using DisposeScope scope = NewDisposeScope();
        const int side = 40;
        double[] clean = new double[side * side], noisy = new double[side * side], u = new double[side * side];
        RandomStream.Named(1, "test", 0, 0, "noise").FillUniform(u);
        for (int i = 0; i < clean.Length; i++)
        {
            int row = i / side, column = i % side;
            clean[i] = (row - 20) * (row - 20) + ((column - 20) * (column - 20)) < 150 ? 1 : -1;
            noisy[i] = u[i] < 0.1 ? -clean[i] : clean[i];
        }

        IsingDenoiser denoiser = new();
        Tensor truth = tensor(clean, 1, side, side), observed = tensor(noisy, 1, side, side);
        Tensor modes = denoiser.Modes(observed), means = denoiser.Means(observed, 5, 20, RandomStream.Named(1, "test", 0, 0, "gibbs"));
        double Wrong(Tensor image) => image.sign().ne(truth).to(ScalarType.Float64).mean().ToDouble();

        Assert.InRange(Wrong(observed), 0.08, 0.12);
        Assert.InRange(Wrong(modes), 0, 0.05);
        Assert.InRange(Wrong(means), 0, 0.03);
        Assert.True(denoiser.Energy(modes, observed).ToDouble() < denoiser.Energy(observed, observed).ToDouble());
        Assert.True(denoiser.Modes(modes).eq(modes).all().item<bool>() || denoiser.Energy(denoiser.Modes(modes), modes).ToDouble() <= denoiser.Energy(modes, modes).ToDouble());
    }

    [Fact]
    public void Gibbs_means_are_those_of_counting_all_states()
    {
        using DisposeScope scope = NewDisposeScope();
        IsingDenoiser denoiser = new(0.2, 0.4, 0.5);
        Tensor observed = tensor(new double[] { 1, -1, 1, 1 }, 1, 2, 2);
        double z = 0;
        double[] sums = new double[4];
        for (int state = 0; state < 16; state++)
        {
            double[] x = [.. Enumerable.Range(0, 4).Select(bit => ((state >> bit) & 1) == 1 ? 1.0 : -1)];
            double weight = Math.Exp(-denoiser.Energy(tensor(x, 1, 2, 2), observed).ToDouble());
            z += weight;
            for (int i = 0; i < 4; i++) sums[i] += weight * x[i];
        }

        Tensor many = observed.expand(4000, 2, 2).contiguous();
        double[] means = denoiser.Means(many, 20, 20, RandomStream.Named(1, "test", 0, 0, "gibbs")).mean([0]).data<double>().ToArray();
        for (int i = 0; i < 4; i++) Assert.Equal(sums[i] / z, means[i], 0.02);
    }

    [Fact]
    public void Images_that_are_not_plus_or_minus_1_are_refused()
    {
        using Tensor grey = zeros(1, 2, 2), flat = ones(4);
        Assert.Contains("map 0 to −1", Assert.Throws<ArgumentException>(() => new IsingDenoiser().Modes(grey)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new IsingDenoiser().Modes(flat));
        using Tensor good = ones(1, 2, 2);
        Assert.Throws<ArgumentException>(() => new IsingDenoiser(Coupling: -1).Modes(good));
    }
}
