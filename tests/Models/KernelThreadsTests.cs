using Cluster.Models.Autoencoders;
using Cluster.Models.Boltzmann;
using Cluster.Models.Variational;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Models.Tests;

/// <summary>Passes that several threads share. The sizes leave a rest in vectors and in ranges.</summary>
public sealed class KernelThreadsTests
{
    private const int Rows = 61, Width = 203;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Activations_have_the_bits_of_one_thread(int threads) => await AreThoseOfOne(threads, (values, other) =>
    {
        foreach (ActivationKind kind in new[] { ActivationKind.Tanh, ActivationKind.Sigmoid, ActivationKind.Elu, ActivationKind.LeakyRelu })
        {
            Activation activation = new(kind);
            ActivationKernel.Apply(activation, values);
            ActivationKernel.Backward(activation, values, other);
        }
    });

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Bernoulli_densities_have_the_bits_of_one_thread(int threads) => await AreThoseOfOne(threads, (values, other) =>
    {
        other.clamp_(0, 1);
        using Tensor density = BernoulliLikelihood.Differentiate(values, other);
        using Tensor first = other.narrow(0, 0, 1).view(-1).narrow(0, 0, Rows);
        first.copy_(density);
    });

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Logistic_units_have_the_bits_of_one_thread(int threads) => await AreThoseOfOne(threads, (values, other) =>
    {
        using Tensor bias = linspace(-1, 1, Width), sample = empty(Rows, Width);
        LogisticUnits.Sample(values, bias, sample, RandomStream.Named(5, "test", 0, 0, "units"));
        LogisticUnits.Sample(other, bias, sample, RandomStream.Named(5, "test", 0, 0, "scaled"), new float[Rows], new float[Rows]);
        LogisticUnits.Mean(values, bias);
        other.add_(sample);
    });

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Samples_of_a_posterior_have_the_bits_of_one_thread(int threads) => await AreThoseOfOne(threads, (values, other) =>
    {
        const int Latent = 51;
        using Tensor heads = values.narrow(1, 0, 2 * Latent).contiguous(), noise = other.narrow(1, 0, Latent).contiguous(), weights = linspace(-1, 1, Rows);
        DiagonalSample sample = new(heads, noise.view(1, Rows, Latent), 0.5);
        using Tensor code = sample.Code, term = sample.Term, gradient = sample.Backward(weights, noise);
        values.narrow(1, 0, 2 * Latent).copy_(gradient);
        other.narrow(1, 0, Latent).copy_(code);
        other.select(1, Latent).copy_(term);
    });

    private static async Task AreThoseOfOne(int threads, Action<Tensor, Tensor> pass)
    {
        byte[] alone = await Bytes(1);
        Assert.Equal(alone, await Bytes(threads));

        async Task<byte[]> Bytes(int count)
        {
            await using DeviceThread device = new("cpu", CPU, count);
            return await device.RunAsync(() =>
            {
                RandomStream stream = RandomStream.Named(5, "test", 0, 0, "values");
                using Tensor values = empty(Rows, Width), other = empty(Rows, Width);
                stream.FillNormal(values);
                stream.FillNormal(other);
                using IDisposable guard = no_grad();
                pass(values, other);
                return (byte[])[.. values.AsBytes(), .. other.AsBytes()];
            });
        }
    }
}
