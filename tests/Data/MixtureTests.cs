using Cluster.Numerics;

namespace Cluster.Data.Tests;

/// <summary>Mixtures in the plane as data sets.</summary>
public sealed class MixtureTests
{
    [Theory]
    [InlineData("ring-8", 8, 2.0)]
    [InlineData("grid-25", 25, 4.0)]
    public void A_mixture_opens_as_points_around_its_modes(string name, int modes, double reach)
    {
        ImageDataset train = DatasetCatalog.Open(name, "train", []), again = DatasetCatalog.Open(name, "train", []), test = DatasetCatalog.Open(name, "test", []);
        GaussianMixture mixture = GaussianMixture.Find(name)!;
        float[] points = Points(train);

        Assert.Equal((50_000, 10_000, 2, 1, 1, 2), (train.Count, test.Count, train.Pixels, train.Channels, train.Height, train.Width));
        Assert.Equal(points, Points(again));
        Assert.NotEqual(points[..100], Points(test)[..100]);
        Assert.Equal(Enumerable.Range(0, modes), train.Labels!.Distinct().Order());
        Assert.InRange(train.Maximum, reach, reach + (6 * mixture.Deviation));

        // Each mode has its own mean and deviation; 50,000 points in 8 or 25 modes give the mean to 0.025 deviations.
        foreach (IGrouping<int, int> mode in Enumerable.Range(0, train.Count).GroupBy(i => train.Labels![i]))
        {
            double x = mode.Average(i => points[2 * i]), y = mode.Average(i => points[(2 * i) + 1]);
            Assert.Equal(mixture.Centres[mode.Key].X, x, 0.12 * mixture.Deviation);
            Assert.Equal(mixture.Centres[mode.Key].Y, y, 0.12 * mixture.Deviation);
            double deviation = Math.Sqrt(mode.Average(i => Math.Pow(points[2 * i] - x, 2)));
            Assert.InRange(deviation / mixture.Deviation, 0.9, 1.1);
        }
    }

    [Fact]
    public void Nearly_99_in_100_points_of_the_mixture_are_of_high_quality_and_strays_are_not()
    {
        GaussianMixture ring = GaussianMixture.Find("ring-8")!;
        (float[] points, _) = ring.Draw(20_000, RandomStream.Named(1, "test", 0, 0, "points"));
        int[] counts = ring.HighQuality(points);

        Assert.All(counts, count => Assert.True(count > 2000));
        Assert.Equal(1 - Math.Exp(-4.5), counts.Sum() / 20_000.0, 0.003);
        Assert.Equal([1, 0, 1, 0, 0, 0, 0, 0], ring.HighQuality([2.05f, 0, 2.07f, 0, 0, 1.95f, 0, 0, float.NaN, 1]));
        Assert.Null(GaussianMixture.Find("ring-9"));
    }

    private static float[] Points(ImageDataset data)
    {
        float[] points = new float[2 * data.Count];
        data.Gather([.. Enumerable.Range(0, data.Count)], points, 0, 1);
        return points;
    }
}
