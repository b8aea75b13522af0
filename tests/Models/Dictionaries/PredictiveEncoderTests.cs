using Cluster.Models.Dictionaries;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests.Dictionaries;

/// <summary>The encoder's gradient against central differences in float64, and what it learns against the codes.</summary>
public sealed class PredictiveEncoderTests
{
    [Theory]
    [InlineData(PredictorKind.Tanh, false)]
    [InlineData(PredictorKind.Tanh, true)]
    [InlineData(PredictorKind.Shrink, false)]
    [InlineData(PredictorKind.Shrink, true)]
    public void Gradient_agrees_with_central_differences(PredictorKind kind, bool nonNegative)
    {
        PredictiveEncoder encoder = new(kind, 5, 7, nonNegative);
        using FlatParameters parameters = new(encoder.Layout, CPU, ScalarType.Float64);
        parameters.Initialize(3, "encoder");
        using Tensor x_BD = Signals.Normal("x", 6, 5), code_BK = Signals.Normal("code", 6, 7);
        parameters.ZeroGradients();
        encoder.Learn(parameters, x_BD, code_BK);
        double[] gradient = parameters.Gradients.data<double>().ToArray();

        for (int i = 0; i < gradient.Length; i++)
        {
            double value = parameters.Values.AsDoubles()[i];
            parameters.Values.AsDoubles()[i] = value + 1e-6;
            double above = encoder.Learn(parameters, x_BD, code_BK);
            parameters.Values.AsDoubles()[i] = value - 1e-6;
            double below = encoder.Learn(parameters, x_BD, code_BK);
            parameters.Values.AsDoubles()[i] = value;
            Assert.Equal((above - below) / 2e-6, gradient[i], 1e-7);
        }

        Assert.Contains(gradient, value => Math.Abs(value) > 1e-3);
    }

    [Fact]
    public void Forward_is_the_papers_equation()
    {
        using DisposeScope scope = NewDisposeScope();
        PredictiveEncoder encoder = new(PredictorKind.Tanh, 4, 3);
        using FlatParameters parameters = new(encoder.Layout, CPU, ScalarType.Float64);
        parameters.Initialize(1, "encoder");
        parameters["gain"].detach().fill_(1.5);
        parameters["bias"].detach().fill_(0.25);
        Tensor x_BD = Signals.Normal("x", 2, 4);
        double[] x = x_BD.data<double>().ToArray(), w = parameters["weight"].detach().data<double>().ToArray();
        double[] p = encoder.Predict(parameters, x_BD).data<double>().ToArray();
        for (int row = 0; row < 2; row++)
        {
            for (int k = 0; k < 3; k++)
            {
                double sum = Enumerable.Range(0, 4).Sum(d => x[(row * 4) + d] * w[(k * 4) + d]);
                Assert.Equal(1.5 * Math.Tanh(sum + 0.25), p[(row * 3) + k], 1e-12);
            }
        }
    }

    [Fact]
    public void Shrinkage_is_exactly_zero_below_the_threshold_and_shifted_above()
    {
        using DisposeScope scope = NewDisposeScope();
        PredictiveEncoder encoder = new(PredictorKind.Shrink, 1, 1);
        using FlatParameters parameters = new(encoder.Layout, CPU, ScalarType.Float64);
        parameters["weight"].detach().fill_(1);
        parameters["threshold"].detach().fill_(0);
        double[] p = encoder.Predict(parameters, tensor(new[] { -2, -0.5, 0, 0.5, 2 }, 5, 1)).data<double>().ToArray();

        Assert.Equal([-2 + Math.Log(2), 0, 0, 0, 2 - Math.Log(2)], p, (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void The_encoder_comes_to_predict_the_codes()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor atoms_KD = Signals.Unit("atoms", 10, 8), x_ND = Signals.Planted(atoms_KD, 400, 2, 0.01, "signals");
        Tensor code_NK = SparseCoding.Infer(x_ND, atoms_KD, new SparseCodingOptions { Penalty = 0.1 });
        PredictiveEncoder encoder = new(PredictorKind.Shrink, 8, 10);
        using FlatParameters parameters = new(encoder.Layout, CPU, ScalarType.Float64);
        parameters.Initialize(1, "encoder");
        double first = encoder.Learn(parameters, x_ND, code_NK), last = first;
        for (int step = 0; step < 300; step++)
        {
            parameters.ZeroGradients();
            last = encoder.Learn(parameters, x_ND, code_NK);
            using IDisposable mode = no_grad();
            parameters.Values.sub_(0.3 * parameters.Gradients);
        }

        Assert.True(last < 0.4 * first, $"from {first} to {last}");
    }

    [Fact]
    public void Learning_leaves_no_tensor_behind()
    {
        PredictiveEncoder encoder = new(PredictorKind.Shrink, 5, 7);
        using FlatParameters parameters = new(encoder.Layout, CPU, ScalarType.Float64);
        using Tensor x_BD = Signals.Normal("x", 6, 5), code_BK = Signals.Normal("code", 6, 7);
        encoder.Learn(parameters, x_BD, code_BK);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        encoder.Learn(parameters, x_BD, code_BK);
        encoder.Predict(parameters, x_BD).Dispose();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
