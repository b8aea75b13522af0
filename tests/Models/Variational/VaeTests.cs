using Cluster.Models.Autoencoders;
using Cluster.Models.Variational;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests;

/// <summary>Every objective against central differences in float64; the halves against one graph; estimators against each other.</summary>
public sealed class VaeTests
{
    private static readonly VaeOptions s_small = new() { Latent = 2, EncoderHidden = [4], DecoderHidden = [3] };

    public static TheoryData<string, VaeOptions> Kinds => new()
    {
        { "plain", s_small },
        { "beta", s_small with { Beta = 4 } },
        { "several samples", s_small with { Samples = 3 } },
        { "importance weighted", s_small with { Samples = 3, Objective = BoundKind.ImportanceWeighted } },
        { "full covariance", s_small with { Latent = 3, Posterior = PosteriorKind.Cholesky, Samples = 2 } },
        { "full covariance, importance weighted", s_small with { Posterior = PosteriorKind.Cholesky, Samples = 2, Objective = BoundKind.ImportanceWeighted } },
        { "gaussian", s_small with { Likelihood = new GaussianLikelihood(VarianceKind.Fixed, 0.3) } },
        { "learned variance", s_small with { Likelihood = new GaussianLikelihood(VarianceKind.Learned, 0.7, OutputKind.Sigmoid), Samples = 2 } },
        { "predicted variance", s_small with { Likelihood = new GaussianLikelihood(VarianceKind.Predicted), Samples = 2 } },
        { "conditional", s_small with { Classes = 3, Samples = 2 } },
        { "conditional, gaussian", s_small with { Classes = 3, Likelihood = new GaussianLikelihood(VarianceKind.Fixed) } },
        { "leaky", s_small with { EncoderActivation = new Activation(ActivationKind.LeakyRelu), DecoderActivation = new Activation(ActivationKind.Elu) } },
        { "sigmoid", s_small with { EncoderActivation = new Activation(ActivationKind.Sigmoid), DecoderActivation = new Activation(ActivationKind.Relu) } },
        { "linear", s_small with { EncoderHidden = [], DecoderHidden = [] } },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Gradients_agree_with_central_differences(string kind, VaeOptions options)
    {
        Assert.NotEmpty(kind);
        using SplitModel model = new(new Vae(options, 5), 4);
        model.AssertGradients();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void In_single_precision_the_gradients_are_those_of_double_precision_to_rounding(string kind, VaeOptions options)
    {
        // float32 on the CPU takes the vector kernels, float64 tensor operations. The widths leave rests beside whole vectors.
        Assert.NotEmpty(kind);
        Vae vae = new(options with { EncoderHidden = [13], DecoderHidden = [11] }, 21);
        using SplitModel wide = new(vae, 4), narrow = new(vae, 4, ScalarType.Float32);
        wide.X.copy_(narrow.X);
        wide.Encoder.Values.copy_(narrow.Encoder.Values);
        wide.Decoder.Values.copy_(narrow.Decoder.Values);

        Assert.Equal(wide.Learn(), narrow.Learn(), 1e-4);
        AssertNear(SplitModel.Values(wide.Encoder.Gradients), SplitModel.Values(narrow.Encoder.Gradients), 2e-5);
        AssertNear(SplitModel.Values(wide.Decoder.Gradients), SplitModel.Values(narrow.Decoder.Gradients), 2e-5);
    }

    [Theory]
    [InlineData(ScalarType.Float64, 1e-12)]
    [InlineData(ScalarType.Float32, 1e-5)]
    public void The_halves_give_the_gradients_of_one_graph(ScalarType type, double tolerance)
    {
        Vae vae = new(s_small, 5);
        using SplitModel model = new(vae, 4, type);
        model.Learn();
        double[] encoder = SplitModel.Values(model.Encoder.Gradients), decoder = SplitModel.Values(model.Decoder.Gradients);
        model.ZeroGradients();
        using (NewDisposeScope())
        {
            Tensor heads = vae.Heads(model.Encoder, model.X, null);
            Tensor noise = empty(1, 4, 2, type);
            new NoiseName(9, 0, 0).Stream("posterior").FillNormal(noise);
            Tensor mean = heads.narrow(1, 0, 2), logVariance = heads.narrow(1, 2, 2);
            Tensor code = mean + ((0.5 * logVariance).exp() * noise[0]);
            Tensor logits = vae.Outputs(model.Decoder, null, code, null);
            Tensor error = nn.functional.binary_cross_entropy_with_logits(logits, model.X, reduction: nn.Reduction.Sum);
            Tensor divergence = 0.5 * (mean.square() + logVariance.exp() - 1 - logVariance).sum();
            ((error + divergence) / 4).backward();
        }

        AssertNear(SplitModel.Values(model.Encoder.Gradients), encoder, tolerance);
        AssertNear(SplitModel.Values(model.Decoder.Gradients), decoder, tolerance);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Microbatches_add_up_to_the_minibatch(string kind, VaeOptions options)
    {
        Assert.NotEmpty(kind);
        using SplitModel model = new(new Vae(options, 5), 6);
        double whole = model.Learn();
        double[] encoder = SplitModel.Values(model.Encoder.Gradients), decoder = SplitModel.Values(model.Decoder.Gradients);
        model.ZeroGradients();

        Assert.Equal(whole, model.Learn(pieces: 3), 1e-10);
        AssertNear(encoder, SplitModel.Values(model.Encoder.Gradients), 1e-10);
        AssertNear(decoder, SplitModel.Values(model.Decoder.Gradients), 1e-10);
    }

    [Theory]
    [InlineData(1, PosteriorKind.Diagonal)]
    [InlineData(4, PosteriorKind.Diagonal)]
    [InlineData(4, PosteriorKind.Cholesky)]
    public void The_log_derivative_estimator_expects_the_reparameterized_gradient(int samples, PosteriorKind posterior)
    {
        VaeOptions options = s_small with { Samples = samples, Posterior = posterior };
        const int draws = 3000;
        (double[] through, _) = Mean(new Vae(options, 5), draws);
        (double[] score, double[] error) = Mean(new Vae(options with { Estimator = GradientEstimator.LogDerivative }, 5), draws);
        Assert.Contains(through, value => Math.Abs(value) > 0.05);
        for (int i = 0; i < score.Length; i++)
        {
            // Each of about 40 elements within five standard errors, of the noisier estimator mostly.
            Assert.Equal(through[i], score[i], (5 * error[i]) + 1e-3);
        }
    }

    [Fact]
    public void The_log_derivative_estimator_asks_the_decoder_for_no_gradient_of_codes()
    {
        Vae vae = new(s_small with { Estimator = GradientEstimator.LogDerivative }, 5);
        using SplitModel model = new(vae, 4);
        using DisposeScope scope = NewDisposeScope();
        using Codes codes = vae.Encode(model.Encoder, null, model.Piece());
        using Answer answer = vae.Decode(model.Decoder, null, model.Piece(), codes.Code, codes.Term!.detach());

        Assert.Null(answer.CodeGradient);
    }

    [Fact]
    public void Importance_weighted_bounds_rise_with_the_samples_to_the_log_likelihood()
    {
        double[] bounds = [.. new[] { 1, 5, 50 }.Select(samples =>
        {
            using SplitModel model = new(new Vae(s_small with { Samples = samples, Objective = BoundKind.ImportanceWeighted }, 5), 50);
            model.Encoder.Values.mul_(4);
            model.Decoder.Values.mul_(4);
            return -Enumerable.Range(0, 20).Average(noise => model.Learn(noise: noise));
        })];
        using SplitModel exact = new(new Vae(s_small, 5), 50);
        exact.Encoder.Values.mul_(4);
        exact.Decoder.Values.mul_(4);
        using Tensor many = VaeEvaluation.LogLikelihood((Vae)exact.Model, exact.All, exact.X, null, 4000, RandomStream.Named(1, "t", 0, 0, "k"));

        Assert.True(bounds[0] + 0.01 < bounds[1] && bounds[1] + 0.001 < bounds[2], string.Join(", ", bounds));
        Assert.True(bounds[2] < many.mean().ToDouble() + 0.01, $"{bounds[2]}, {many.mean().ToDouble()}");
    }

    [Fact]
    public void A_training_step_leaves_no_tensor_behind()
    {
        foreach (VaeOptions options in new[] { s_small, s_small with { Classes = 2 }, s_small with { Posterior = PosteriorKind.Cholesky }, s_small with { Estimator = GradientEstimator.LogDerivative } })
        {
            using SplitModel model = new(new Vae(options, 5), 4, ScalarType.Float32);
            model.Learn();
            long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            for (int i = 0; i < 5; i++)
            {
                model.Learn(pieces: 2);
            }

            Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }
    }

    [Fact]
    public void Codes_and_answers_outside_a_scope_are_the_callers_alone()
    {
        Vae vae = new(s_small with { Classes = 2 }, 5);
        using SplitModel model = new(vae, 4, ScalarType.Float32);
        BatchPiece piece = model.Piece();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (Codes codes = vae.Encode(model.Encoder, null, piece))
        using (Answer answer = vae.Decode(model.Decoder, null, piece, codes.Code, codes.Term))
        {
            Assert.True(DisposeScopeManager.Statistics.ThreadTotalLiveCount > before);
            codes.Backward(answer);
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Options_that_do_not_go_together_are_refused()
    {
        AssertRefused("beta", s_small with { Beta = 2, Objective = BoundKind.ImportanceWeighted });
        AssertRefused("beta", s_small with { Beta = -1 });
        AssertRefused("log-derivative", s_small with { Estimator = GradientEstimator.LogDerivative, Objective = BoundKind.ImportanceWeighted });
        Assert.ThrowsAny<ArgumentException>(() => new Vae(s_small with { Samples = 0 }, 5));
    }

    private static void AssertRefused(string because, VaeOptions options) =>
        Assert.Contains(because, Assert.ThrowsAny<ArgumentException>(() => new Vae(options, 5)).Message, StringComparison.Ordinal);

    /// <summary>Mean and standard error of the encoder's gradient over the noise.</summary>
    private static (double[] Mean, double[] Error) Mean(Vae vae, int draws)
    {
        using SplitModel model = new(vae, 3);
        model.Decoder.Values.mul_(3);
        double[] sum = new double[model.Encoder.Layout.Count], squares = new double[sum.Length];
        for (int draw = 0; draw < draws; draw++)
        {
            model.ZeroGradients();
            model.Learn(noise: draw);
            ReadOnlySpan<double> gradient = model.Encoder.Gradients.AsDoubles();
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] += gradient[i];
                squares[i] += gradient[i] * gradient[i];
            }
        }

        double[] mean = [.. sum.Select(value => value / draws)];
        return (mean, [.. squares.Select((value, i) => Math.Sqrt(Math.Max((value / draws) - (mean[i] * mean[i]), 0) / draws))]);
    }

    private static void AssertNear(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        double scale = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], tolerance * (1 + scale));
        }
    }
}
