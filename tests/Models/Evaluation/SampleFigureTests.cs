using Cluster.Models.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests;

/// <summary>The figures by which samples are judged, against closed forms and plain loops in double precision.</summary>
public sealed class SampleFigureTests
{
    [Fact]
    public void The_Frechet_distance_of_diagonal_normals_is_a_sum_over_their_axes()
    {
        // Axis by axis (m − m')² + (s − s')²: 1 + 1, 4 + 0, 0 + 9.
        using Tensor mean = tensor([1.0, 2, 3]), other = tensor([0.0, 4, 3]);
        using Tensor a = diag(tensor([1.0, 4, 25])), b = diag(tensor([4.0, 4, 4]));
        Assert.Equal(2 + 4 + 9, FrechetDistance.Of(mean, a, other, b), 1e-9);
        Assert.Equal(0, FrechetDistance.Of(mean, a, mean, a), 1e-9);
    }

    [Fact]
    public void The_Frechet_distance_of_covariances_that_share_no_axes_is_that_of_the_closed_form_for_two_by_two()
    {
        // tr (AB)^½ = (tr AB + 2 (det A det B)^½)^½ for two dimensions.
        using Tensor zero = zeros(2, ScalarType.Float64);
        using Tensor a = tensor(new double[,] { { 2, 0.5 }, { 0.5, 1 } }), b = tensor(new double[,] { { 1, -0.7 }, { -0.7, 3 } });
        double trace = (2 * 1) + (0.5 * -0.7) + (0.5 * -0.7) + (1 * 3), determinants = (2 - 0.25) * (3 - 0.49);
        double expected = 3 + 4 - (2 * Math.Sqrt(trace + (2 * Math.Sqrt(determinants))));
        Assert.Equal(expected, FrechetDistance.Of(zero, a, zero, b), 1e-12);
        Assert.Equal(expected, FrechetDistance.Of(zero, b, zero, a), 1e-12);
    }

    [Fact]
    public void A_covariance_without_full_rank_has_a_distance_too()
    {
        // All on one line: the normals are of rank one, and their distance is that of the line.
        using Tensor a = tensor(new double[,] { { 0, 0 }, { 2, 4 } }), b = tensor(new double[,] { { 1, 2 }, { 5, 10 } });
        double deviation = Math.Sqrt(2) * Math.Sqrt(5), other = Math.Sqrt(8) * Math.Sqrt(5);
        Assert.Equal((4 + 16) + ((deviation - other) * (deviation - other)), FrechetDistance.Of(a, b), 1e-9);
    }

    [Fact]
    public void Sets_that_do_not_fit_have_no_distance()
    {
        using Tensor a = zeros(4, 3), b = zeros(4, 2), one = zeros(1, 3);
        Assert.Contains("(4, 3) and (4, 2)", Assert.Throws<ArgumentException>(() => FrechetDistance.Of(a, b)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => FrechetDistance.Of(a, one));
    }

    [Fact]
    public void The_kernel_distance_is_that_of_the_plain_double_sum()
    {
        using Tensor a = GanCases.Normal("a", 7, 3), b = GanCases.Normal("b", 5, 3);
        double[,] x = Rows(a), y = Rows(b);
        double within = Mean(x, x, skip: true), other = Mean(y, y, skip: true), across = Mean(x, y, skip: false);
        Assert.Equal(within + other - (2 * across), KernelDistance.Unbiased(a, b), 1e-10);
    }

    [Fact]
    public void The_kernel_distance_of_one_distribution_is_0_within_its_error_and_that_of_two_is_not()
    {
        using Tensor a = GanCases.Normal("a", 4000, 4), b = GanCases.Normal("b", 4000, 4), moved = b + 0.5;
        (double same, double error) = KernelDistance.Of(a, b);
        Assert.InRange(same, -4 * error, 4 * error);
        (double apart, error) = KernelDistance.Of(a, moved);
        Assert.True(apart > 10 * error, $"{apart} ± {error}");

        // Unbiased: the mean over many small pairs of sets of one distribution lies on both sides of 0.
        double[] small = [.. Enumerable.Range(0, 100).Select(pair => KernelDistance.Unbiased(a.narrow(0, 40 * pair, 20), b.narrow(0, 40 * pair, 20)))];
        Assert.Contains(small, value => value < 0);
        Assert.Contains(small, value => value > 0);
    }

    [Fact]
    public void Precision_and_recall_of_sets_made_for_it()
    {
        // Data at 0, 1, …, 9 on a line; each ball reaches to the third neighbour: 2 in the middle, 3 at the ends.
        using Tensor data = arange(0, 10, ScalarType.Float64).view(10, 1);
        using Manifold manifold = Measured(data);
        using Tensor inside = tensor([0.5, 4.5, 9.5]).view(3, 1), partly = tensor([12.0, 12.1, -3.0, -3.1]).view(4, 1), far = tensor([100.0]).view(1, 1);
        Assert.Equal(3, manifold.Inside(inside));
        Assert.Equal(2, manifold.Inside(partly));
        Assert.Equal(0, manifold.Inside(far));

        // Samples that all lie at one place have perfect precision there and reach no other example.
        using Tensor collapsed = full([10, 1], 5.0, ScalarType.Float64);
        using Manifold point = Measured(collapsed);
        Assert.Equal(10, manifold.Inside(collapsed));
        Assert.Equal(1, point.Inside(data));
    }

    [Fact]
    public void Balls_are_those_of_the_plain_loop_also_over_several_blocks()
    {
        const int Count = Manifold.Block + 37;
        using Tensor data = GanCases.Normal("a", Count, 3), points = GanCases.Normal("b", 60, 3);
        using Tensor wide = points * 2;
        using Manifold manifold = Measured(data);
        double[,] x = Rows(data), y = Rows(wide);
        double[] radii = [.. Enumerable.Range(0, Count).Select(i => Enumerable.Range(0, Count).Where(j => j != i).Select(j => Distance(x, i, x, j)).Order().ElementAt(2))];
        int expected = Enumerable.Range(0, 60).Count(i => Enumerable.Range(0, Count).Any(j => Distance(y, i, x, j) <= radii[j]));
        Assert.InRange(expected, 1, 59);
        Assert.Equal(expected, manifold.Inside(wide));
    }

    [Fact]
    public void Balls_that_are_not_measured_or_not_there_are_refused()
    {
        using Tensor few = zeros(3, 2), data = zeros(5, 2);
        Assert.Throws<ArgumentException>(() => new Manifold(few));
        using Manifold unmeasured = new(data);
        Assert.Throws<InvalidOperationException>(() => unmeasured.Inside(data));
    }

    [Fact]
    public void Shares_and_their_divergence_by_hand()
    {
        double[] shares = ClassShares.Of([0, 0, 1, 3], 4);
        Assert.Equal([0.5, 0.25, 0, 0.25], shares);
        Assert.Equal((0.5 * Math.Log(0.5 / 0.25)), ClassShares.Divergence(shares, [0.25, 0.25, 0.25, 0.25]), 1e-12);
        Assert.Equal(0, ClassShares.Divergence(shares, shares));
        Assert.Equal(double.PositiveInfinity, ClassShares.Divergence([0.5, 0.5], [1, 0]));
    }

    [Fact]
    public void The_classifier_score_lies_between_1_and_the_number_of_classes()
    {
        using Tensor alike = full([40, 4], 0.25), sure = eye(4).repeat(10, 1), half = tensor([0.5, 0.5, 0, 0]).repeat(40, 1);
        (double score, double error) = ClassShares.Score(alike);
        Assert.Equal((1, 0), (Math.Round(score, 12), Math.Round(error, 12)));
        Assert.Equal(4, ClassShares.Score(sure).Value, 1e-9);
        Assert.Equal(1, ClassShares.Score(half).Value, 1e-9);

        // One class in four parts of ten, another in six: exp of the entropy of the shares.
        using Tensor uneven = eye(2).index_select(0, tensor([0L, 0, 0, 0, 1, 1, 1, 1, 1, 1]));
        Assert.Equal(Math.Exp(-(0.4 * Math.Log(0.4)) - (0.6 * Math.Log(0.6))), ClassShares.Score(uneven).Value, 1e-9);
    }

    [Fact]
    public void The_nearest_examples_are_those_of_all_blocks_in_order()
    {
        using Tensor points = tensor(new float[,] { { 0, 0 }, { 10, 0 } });
        using NearestExamples near = new(points, 3);
        using Tensor first = tensor(new float[,] { { 1, 0 }, { 20, 0 } }), second = tensor(new float[,] { { 0, 0.5f }, { 9, 0 }, { 5, 0 } });
        near.Add(first, 0);
        Assert.Equal(2, near.Kept);
        near.Add(second, 2);
        Assert.Equal(3, near.Kept);
        Assert.Equal([2, 0, 4, 3, 4, 0], near.Indices);
        Assert.Equal((0.5 + 1) / 2, near.MeanDistance(), 1e-9);
    }

    private static Manifold Measured(Tensor examples)
    {
        Manifold manifold = new(examples);
        while (manifold.Measure())
        {
        }

        return manifold;
    }

    private static double Mean(double[,] x, double[,] y, bool skip)
    {
        double sum = 0;
        int count = 0, features = x.GetLength(1);
        for (int i = 0; i < x.GetLength(0); i++)
        {
            for (int j = 0; j < y.GetLength(0); j++)
            {
                if (skip && i == j)
                {
                    continue;
                }

                double dot = Enumerable.Range(0, features).Sum(f => x[i, f] * y[j, f]);
                sum += Math.Pow((dot / features) + 1, 3);
                count++;
            }
        }

        return sum / count;
    }

    private static double Distance(double[,] x, int i, double[,] y, int j) =>
        Enumerable.Range(0, x.GetLength(1)).Sum(f => (x[i, f] - y[j, f]) * (x[i, f] - y[j, f]));

    private static double[,] Rows(Tensor tensor)
    {
        double[] flat = tensor.data<double>().ToArray();
        double[,] rows = new double[tensor.shape[0], tensor.shape[1]];
        Buffer.BlockCopy(flat, 0, rows, 0, flat.Length * sizeof(double));
        return rows;
    }
}
