using Cluster.Models.Evaluation;
using Cluster.Numerics;

namespace Cluster.Models.Tests;

public sealed class EvaluationTests
{
    [Fact]
    public void Area_is_the_share_of_pairs_in_the_right_order()
    {
        // Anomalies score 3, 5, 5; normal ones 1, 3, 6: of nine pairs four and two halves... 3>1, 3=3, 5>1, 5>3 twice.
        Assert.Equal(5.5 / 9, RocCurve.Area([3, 5, 5, 1, 3, 6], [true, true, true, false, false, false]), 1e-12);
        Assert.Equal(1, RocCurve.Area([2, 1], [true, false]));
        Assert.Equal(0.5, RocCurve.Area([1, 1, 1], [true, false, false]));
    }

    [Fact]
    public void Area_needs_both_kinds_and_numbers()
    {
        Assert.Contains("both kinds", Assert.Throws<ArgumentException>(() => RocCurve.Area([1, 2], [true, true])).Message, StringComparison.Ordinal);
        Assert.Contains("example 1", Assert.Throws<ArgumentException>(() => RocCurve.Area([1, double.NaN], [true, false])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => RocCurve.Area([1], [true, false]));
    }

    [Fact]
    public void The_assignment_is_the_best_of_all_permutations()
    {
        RandomStream stream = RandomStream.Named(1, "t", 0, 0, "gains");
        for (int trial = 0; trial < 50; trial++)
        {
            double[,] gains = new double[4, 4];
            for (int i = 0; i < 16; i++)
            {
                gains[i / 4, i % 4] = stream.Next(20);
            }

            int[] chosen = Assignment.Largest(gains);
            Assert.Equal([0, 1, 2, 3], chosen.Order());
            double best = Permutations([0, 1, 2, 3]).Max(order => order.Select((column, row) => gains[row, column]).Sum());
            Assert.Equal(best, chosen.Select((column, row) => gains[row, column]).Sum());
        }
    }

    [Fact]
    public void Rows_beyond_the_columns_go_without()
    {
        Assert.Equal([-1, 0], Assignment.Largest(new double[,] { { 1 }, { 2 } }));
        Assert.Equal([1], Assignment.Largest(new double[,] { { 1, 2 } }));
    }

    [Fact]
    public void K_means_finds_three_heaps()
    {
        float[] points = new float[300 * 2];
        RandomStream.Named(2, "t", 0, 0, "points").FillNormal(points, 0, 0.1f);
        int[] labels = [.. Enumerable.Range(0, 300).Select(i => i % 3)];
        for (int i = 0; i < 300; i++)
        {
            points[2 * i] += labels[i] == 1 ? 5 : 0;
            points[(2 * i) + 1] += labels[i] == 2 ? 5 : 0;
        }

        Clustering found = KMeans.Fit(points, 2, 3, RandomStream.Named(2, "t", 0, 0, "seeds"));
        Assert.Equal(1, KMeans.Accuracy(found.Clusters, labels));
        Assert.Equal(300 * 2 * 0.01, found.Inertia, 1.2);
    }

    [Fact]
    public void K_means_of_four_points_by_hand()
    {
        // 0, 1 and 10, 12 on a line: centers ½ and 11, inertia ¼ + ¼ + 1 + 1.
        Clustering found = KMeans.Fit([0f, 1f, 10f, 12f], 1, 2, RandomStream.Named(1, "t", 0, 0, "seeds"));
        Assert.Equal([0.5, 11.0], found.Centers.Order());
        Assert.Equal(2.5, found.Inertia);
        Assert.Equal(found.Clusters[0], found.Clusters[1]);
        Assert.NotEqual(found.Clusters[1], found.Clusters[2]);
    }

    [Fact]
    public void Accuracy_names_clusters_by_the_best_assignment()
    {
        // Cluster 0 is mostly label 1, cluster 1 is label 0, cluster 2 shares label 1 and gets the free label 2.
        Assert.Equal(4 / 6.0, KMeans.Accuracy([0, 0, 0, 1, 2, 2], [1, 1, 1, 0, 1, 1]), 1e-12);
        Assert.Equal(5 / 6.0, KMeans.Accuracy([0, 0, 0, 1, 2, 2], [1, 1, 1, 0, 1, 2]), 1e-12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void Clusters_without_points_for_them_are_refused(int clusters) =>
        Assert.Throws<ArgumentException>(() => KMeans.Fit([1f, 2f, 3f, 4f], 1, clusters, RandomStream.Named(1, "t", 0, 0, "s")));

    private static IEnumerable<int[]> Permutations(int[] items) => items.Length == 1
        ? [items]
        : items.SelectMany(item => Permutations([.. items.Where(other => other != item)]).Select(rest => (int[])[item, .. rest]));
}
