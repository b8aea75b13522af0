using Cluster.Models.Boltzmann;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests.Boltzmann;

public sealed class RatingsRbmTests
{
    [Fact]
    public void Prediction_is_the_ratio_of_free_energies()
    {
        RatingsRbm rbm = new(3, 4, 5);
        using FlatParameters parameters = Random(rbm);
        using DisposeScope scope = NewDisposeScope();
        double[] p = rbm.Predict(parameters, rbm.OneHot([2, 0, 4], ScalarType.Float64), 1).data<double>().ToArray();
        double[] weights = [.. Enumerable.Range(1, 4).Select(rating =>
            Math.Exp(-rbm.FreeEnergy(parameters, rbm.OneHot([2, rating, 4], ScalarType.Float64)).detach().ToDouble()))];
        for (int k = 0; k < 4; k++) Assert.Equal(weights[k] / weights.Sum(), p[k], 1e-12);
    }

    [Fact]
    public void Without_hidden_coupling_the_gradient_is_that_of_the_softmax()
    {
        // With W = 0 the model of every item is a softmax over its biases: the gradient of −log p is softmax − one-hot in the mean.
        RatingsRbm rbm = new(2, 3, 2);
        using FlatParameters parameters = Random(rbm);
        using DisposeScope scope = NewDisposeScope();
        using (no_grad()) parameters[Rbm.Weight].zero_();
        int[] ratings = [.. Enumerable.Range(0, 40_000).SelectMany(user => new[] { (user % 3) + 1, user % 2 == 0 ? 0 : 2 })];
        rbm.Gradient(parameters, rbm.OneHot(ratings, ScalarType.Float64), 1, RandomStream.Named(1, "test", 0, 0, "cd"));
        double[] gradient = parameters[Rbm.VisibleBias].grad!.data<double>().ToArray();
        double[] bias = parameters[Rbm.VisibleBias].detach().data<double>().ToArray();
        for (int item = 0; item < 2; item++)
        {
            double[] softmax = [.. bias.Skip(3 * item).Take(3).Select(Math.Exp)];
            double share = item == 0 ? 1 : 0.5;
            for (int k = 0; k < 3; k++)
            {
                double data = item == 0 ? 1.0 / 3 : k == 1 ? 0.5 : 0;
                Assert.Equal((share * softmax[k] / softmax.Sum()) - data, gradient[(3 * item) + k], 0.02);
            }
        }
    }

    [Fact]
    public void A_planted_taste_is_learned_and_held_out_ratings_are_predicted()
    {
        // Two kinds of users: the first rate even items 5 and odd ones 1, the second the other way round; a third of the ratings is missing.
        const int items = 8, users = 200;
        RatingsRbm rbm = new(items, 5, 6);
        using FlatParameters parameters = new(rbm.Layout, CPU);
        parameters.Initialize(1, "ratings");
        RandomStream draw = RandomStream.Named(1, "test", 0, 0, "ratings");
        int[] ratings = new int[users * items];
        for (int i = 0; i < ratings.Length; i++) ratings[i] = draw.Next(3) == 0 ? 0 : Planted(i / items, i % items);
        using Tensor v_BV = rbm.OneHot(ratings);
        using FlatOptimizer optimizer = FlatOptimizer.Create(new SgdOptions(0.1, 0.9), rbm.Layout.Count, CPU);
        double first = 0, last = 0;
        for (int step = 0; step < 500; step++)
        {
            last = rbm.Gradient(parameters, v_BV, 1, RandomStream.Named(1, "test", 0, step, "cd"));
            if (step == 0) first = last;
            optimizer.Step(parameters.Values, parameters.Gradients);
        }

        Assert.True(last < first / 3, $"the reconstruction error went from {first} to {last}");
        int[] even = [5, 1, 0, 1, 5, 0, 5, 0], odd = [1, 5, 0, 5, 1, 0, 1, 0];
        using Tensor asked = rbm.OneHot([.. even, .. odd]);
        using Tensor mean = rbm.PredictMean(parameters, asked, 2);
        float[] predicted = mean.data<float>().ToArray();
        Assert.InRange(predicted[0], 4.5f, 5f);
        Assert.InRange(predicted[1], 1f, 1.5f);
    }

    [Fact]
    public void Bad_ratings_are_refused_with_their_place()
    {
        RatingsRbm rbm = new(2, 5, 3);
        using FlatParameters parameters = Random(rbm);
        Assert.Contains("User 1 rates item 0 with 6", Assert.Throws<ArgumentException>(() => rbm.OneHot([1, 2, 6, 0])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => rbm.OneHot([1, 2, 3]));
        using Tensor rated = rbm.OneHot([1, 2], ScalarType.Float64);
        Assert.Contains("leave the rating out", Assert.Throws<ArgumentException>(() => rbm.Predict(parameters, rated, 0)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => rbm.Gradient(parameters, rated, 0, RandomStream.Named(0, "test", 0, 0, "x")));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RatingsRbm(2, 1, 3));
    }

    private static int Planted(int user, int item) => (user + item) % 2 == 0 ? 5 : 1;

    private static FlatParameters Random(RatingsRbm rbm)
    {
        FlatParameters parameters = new(rbm.Layout, CPU, ScalarType.Float64);
        RandomStream.Named(3, "test", 0, 0, "parameters").FillNormal(parameters.Values);
        return parameters;
    }
}
