using Cluster.Models.Autoencoders;
using Cluster.Models.Variational;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests;

/// <summary>
/// A VAE of one linear layer each way with a Gaussian decoder is probabilistic PCA (Tipping and Bishop 1999): x = Wz + b + σε, whose
/// likelihood N(b, WWᵀ + σ²I) and posterior N(Σ Wᵀ(x − b)/σ², Σ), Σ = (I + WᵀW/σ²)⁻¹, are known.
/// </summary>
public sealed class LinearGaussianTests
{
    private const int Inputs = 5, Latent = 2, Rows = 4;
    private const double Deviation = 0.4;

    [Fact]
    public void With_the_exact_posterior_every_weight_is_the_exact_likelihood()
    {
        using SplitModel model = Exact();
        using Tensor one_B = VaeEvaluation.LogLikelihood((Vae)model.Model, model.All, model.X, null, 1, RandomStream.Named(2, "t", 0, 0, "z"));

        double[] exact = Likelihood(model), estimated = SplitModel.Values(one_B);
        for (int row = 0; row < Rows; row++)
        {
            Assert.Equal(exact[row], estimated[row], 1e-9);
        }
    }

    [Fact]
    public void The_bound_meets_the_exact_likelihood_and_its_gradient_by_the_encoder_vanishes()
    {
        using SplitModel model = Exact();
        double[] exact = Likelihood(model);
        double sum = 0, squares = 0;
        const int draws = 4000;
        for (int draw = 0; draw < draws; draw++)
        {
            double bound = -model.Learn(noise: draw);
            sum += bound;
            squares += bound * bound;
        }

        double mean = sum / draws, error = Math.Sqrt(((squares / draws) - (mean * mean)) / draws);
        Assert.Equal(exact.Average(), mean, 5 * error);
        Assert.True(error < 0.1, $"{error}");

        // At the exact posterior the bound is tight, so its gradient by the encoder is 0 in expectation.
        double[] gradient = [.. SplitModel.Values(model.Encoder.Gradients).Select(value => value / draws)];
        Assert.All(gradient, value => Assert.Equal(0, value, 0.1));
    }

    [Fact]
    public void Any_other_posterior_has_a_lower_bound()
    {
        using SplitModel model = Exact();
        double exact = Likelihood(model).Average();
        model.Encoder["0.bias"].detach()[0].add_(0.5);
        double bound = -Enumerable.Range(0, 500).Average(draw => model.Learn(noise: draw));

        Assert.True(bound < exact - 0.1, $"{bound}, {exact}");
    }

    [Fact]
    public void Training_reaches_the_likelihood_of_the_principal_components()
    {
        // 200 points of a plane in five dimensions; the maximum of the likelihood is known from the covariance's eigenvalues.
        Vae vae = new(
            new VaeOptions { Latent = Latent, EncoderHidden = [], DecoderHidden = [], Likelihood = new GaussianLikelihood(VarianceKind.Learned, 0.5) }, Inputs);
        using SplitModel model = new(vae, 200);
        using DisposeScope scope = NewDisposeScope();
        Tensor plane = empty(200, Latent, ScalarType.Float64), directions = empty(Latent, Inputs, ScalarType.Float64), noise = empty(200, Inputs, ScalarType.Float64);
        RandomStream.Named(1, "t", 0, 0, "plane").FillNormal(plane);
        RandomStream.Named(1, "t", 0, 0, "directions").FillNormal(directions);
        RandomStream.Named(1, "t", 0, 0, "noise").FillNormal(noise, 0, 0.3);
        model.X.copy_(plane.mm(directions) + noise);
        Tensor centred = model.X - model.X.mean([0], keepdim: true);
        double[] eigenvalues = [.. SplitModel.Values(linalg.eigvalsh(centred.t().mm(centred) / 200)).OrderDescending()];
        double rest = eigenvalues.Skip(Latent).Average();
        double best = -0.5 * ((Inputs * Math.Log(2 * Math.PI)) + eigenvalues.Take(Latent).Sum(Math.Log) + ((Inputs - Latent) * Math.Log(rest)) + Inputs);

        using FlatOptimizer encoder = FlatOptimizer.Create(new AdamOptions(0.01, 0.9, 0.999), model.Encoder.Layout.Count, CPU, ScalarType.Float64);
        using FlatOptimizer decoder = FlatOptimizer.Create(new AdamOptions(0.01, 0.9, 0.999), model.Decoder.Layout.Count, CPU, ScalarType.Float64);
        for (int step = 0; step < 3000; step++)
        {
            encoder.LearningRateScale = decoder.LearningRateScale = step < 2000 ? 1 : 0.1;
            model.ZeroGradients();
            model.Learn(noise: step);
            encoder.Step(model.Encoder.Values, model.Encoder.Gradients);
            decoder.Step(model.Decoder.Values, model.Decoder.Gradients);
        }

        using Tensor weighted_B = VaeEvaluation.LogLikelihood(vae, model.All, model.X, null, 200, RandomStream.Named(2, "t", 0, 0, "z"));
        Assert.Equal(best, weighted_B.mean().ToDouble(), 0.05);
    }

    /// <summary>A full-covariance VAE whose encoder gives the exact posterior of its decoder.</summary>
    private static SplitModel Exact()
    {
        Vae vae = new(
            new VaeOptions
            {
                Latent = Latent,
                EncoderHidden = [],
                DecoderHidden = [],
                Posterior = PosteriorKind.Cholesky,
                Likelihood = new GaussianLikelihood(VarianceKind.Fixed, Deviation),
            },
            Inputs);
        SplitModel model = new(vae, Rows);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        Tensor w = model.Decoder["0.weight"], b = model.Decoder["0.bias"];
        Tensor covariance = (eye(Latent, dtype: ScalarType.Float64) + (w.t().mm(w) / (Deviation * Deviation))).inverse();
        Tensor map = covariance.mm(w.t()) / (Deviation * Deviation);
        Tensor factor = linalg.cholesky(covariance);
        model.Encoder.Values.zero_();
        model.Encoder["0.weight"].detach().narrow(0, 0, Latent).copy_(map);
        Tensor bias = model.Encoder["0.bias"].detach();
        bias.narrow(0, 0, Latent).copy_(map.mv(b).neg());
        bias.narrow(0, Latent, Latent).copy_(factor.diagonal().log());
        bias.narrow(0, 2 * Latent, 1).copy_(factor[1][0].view(1));
        return model;
    }

    private static double[] Likelihood(SplitModel model)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor w = model.Decoder["0.weight"].detach(), b = model.Decoder["0.bias"].detach();
        Tensor covariance = w.mm(w.t()) + (eye(Inputs, dtype: ScalarType.Float64) * (Deviation * Deviation));
        Tensor centred_BD = model.X - b;
        Tensor square_B = (centred_BD.mm(covariance.inverse()) * centred_BD).sum(-1);
        double constant = (Inputs * Math.Log(2 * Math.PI)) + covariance.det().log().ToDouble();
        return [.. SplitModel.Values(square_B).Select(square => -0.5 * (square + constant))];
    }
}
