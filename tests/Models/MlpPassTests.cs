using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests;

/// <summary>The backward pass that is written by hand, on one thread and shared by several.</summary>
public sealed class MlpPassTests
{
    private const int Rows = 61;

    [Theory]
    [InlineData(1, ScalarType.Float64)]
    [InlineData(2, ScalarType.Float64)]
    [InlineData(3, ScalarType.Float64)]
    [InlineData(1, ScalarType.Float32)]
    [InlineData(2, ScalarType.Float32)]
    [InlineData(3, ScalarType.Float32)]
    public async Task Values_and_gradients_are_those_of_autograd(int threads, ScalarType type)
    {
        foreach (ActivationKind kind in new[] { ActivationKind.Tanh, ActivationKind.LeakyRelu })
        {
            await On(threads, () =>
            {
                using Case it = new(kind, type);
                using Tensor leaf = it.X.detach().requires_grad_(true);
                using Tensor expected = it.Mlp.Forward(it.Parameters, leaf);
                it.Parameters.ZeroGradients();
                expected.backward([it.Gradient], retain_graph: false, create_graph: false, inputs: null);
                using Tensor gradients = it.Parameters.Gradients.clone(), input = leaf.grad!;

                it.Parameters.ZeroGradients();
                using MlpPass pass = it.Mlp.Run(it.Parameters, it.X);
                using Tensor? through = pass.Backward(it.Gradient, needsInput: true);
                Close(expected, pass.Output, type);
                Close(input, through!, type);
                Close(gradients, it.Parameters.Gradients, type);
            });
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_fresh_gradient_is_what_is_added_to_zeros_whatever_was_there(int threads) => await On(threads, () =>
    {
        using Case it = new(ActivationKind.Tanh, ScalarType.Float32);
        using MlpPass pass = it.Mlp.Run(it.Parameters, it.X);
        it.Parameters.ZeroGradients();
        Assert.Null(pass.Backward(it.Gradient, needsInput: false));
        float[] added = [.. it.Parameters.Gradients.AsFloats()];
        it.Parameters.Gradients.fill_(float.NaN);
        Assert.Null(pass.Backward(it.Gradient, needsInput: false, fresh: true));
        Assert.Equal(added, it.Parameters.Gradients.AsFloats().ToArray());

        pass.Backward(it.Gradient, needsInput: false);
        Assert.NotEqual(added, it.Parameters.Gradients.AsFloats().ToArray());
    });

    [Fact]
    public async Task A_row_has_the_same_gradient_wherever_the_rows_are_cut() => await On(2, () =>
    {
        // Fewer rows than are worth a second thread, and one output, which cannot be cut.
        foreach (int rows in new[] { 1, 7, 15, 16, 17, 33 })
        {
            Mlp mlp = new(5, [6], 1, new Activation(ActivationKind.Sigmoid), OutputKind.Linear);
            using FlatParameters parameters = new(mlp.Layout, CPU, ScalarType.Float64);
            parameters.Initialize(2, "test");
            using Tensor x = empty(rows, 5, ScalarType.Float64), gradient = empty(rows, 1, ScalarType.Float64);
            RandomStream stream = RandomStream.Named(4, "test", 0, 0, "values");
            stream.FillNormal(x);
            stream.FillNormal(gradient);
            using MlpPass pass = mlp.Run(parameters, x);
            using Tensor expected = mlp.Forward(parameters, x);
            Close(expected, pass.Output, ScalarType.Float64);
            expected.backward([gradient], retain_graph: false, create_graph: false, inputs: null);
            using Tensor gradients = parameters.Gradients.clone();
            pass.Backward(gradient, needsInput: false, fresh: true);
            Close(gradients, parameters.Gradients, ScalarType.Float64);
        }
    });

    private static void Close(Tensor expected, Tensor actual, ScalarType type)
    {
        using Tensor left = expected.detach().to_type(ScalarType.Float64), right = actual.detach().to_type(ScalarType.Float64), apart = left - right, largest = apart.abs().max();
        Assert.InRange(largest.item<double>(), 0, type == ScalarType.Float64 ? 1e-12 : 2e-5);
    }

    private static async Task On(int threads, Action work)
    {
        await using DeviceThread device = new("cpu", CPU, threads);
        await device.RunAsync(work);
    }

    /// <summary>A perceptron whose widths leave a rest however they are cut.</summary>
    private sealed class Case : IDisposable
    {
        public Case(ActivationKind kind, ScalarType type)
        {
            Mlp = new Mlp(21, [13, 9], 7, new Activation(kind, 0.2), OutputKind.Linear);
            Parameters = new FlatParameters(Mlp.Layout, CPU, type);
            Parameters.Initialize(1, "test");
            RandomStream stream = RandomStream.Named(3, "test", 0, 0, "values");
            X = empty(Rows, 21, type);
            Gradient = empty(Rows, 7, type);
            stream.FillNormal(X);
            stream.FillNormal(Gradient);
        }

        public Mlp Mlp { get; }

        public FlatParameters Parameters { get; }

        public Tensor X { get; }

        public Tensor Gradient { get; }

        public void Dispose()
        {
            X.Dispose();
            Gradient.Dispose();
            Parameters.Dispose();
        }
    }
}
