namespace Cluster.Dashboard.Tests;

public sealed class DownsamplingTests
{
    [Theory]
    [InlineData(100_000, 500)]
    [InlineData(100_000, 1)]
    [InlineData(1003, 500)]
    [InlineData(50, 7)]
    public void NoMorePointsThanAskedForAndTheEndsAndExtremesAreThere(int count, int buckets)
    {
        long[] steps = [.. Enumerable.Range(0, count).Select(each => 10L * each)];
        double[] values = [.. steps.Select(step => Math.Sin(step * 0.0137) + (step % 70 * 0.01))];
        values[count / 3] = 1000;
        values[count / 2] = -1000;
        Curve curve = Downsampling.MinMax(steps, values, buckets);
        Assert.InRange(curve.Steps.Count, 2, (2 * buckets) + 2);
        Assert.Equal(curve.Steps.Count, curve.Values.Count);
        Assert.Equal(curve.Steps.Distinct().Order(), curve.Steps);
        Assert.Equal((0, steps[^1]), (curve.Steps[0], curve.Steps[^1]));
        Assert.Equal((-1000, 1000), (curve.Values.Min(), curve.Values.Max()));
        Assert.All(curve.Steps.Zip(curve.Values), each => Assert.Equal(values[each.First / 10], each.Second));
    }

    [Fact]
    public void EveryPartKeepsItsLowestAndHighest()
    {
        long[] steps = [.. Enumerable.Range(0, 10_000).Select(each => (long)each)];
        double[] values = [.. steps.Select(step => (step * 7919 % 10_007) / 100.0)];
        Curve curve = Downsampling.MinMax(steps, values, 100);
        Dictionary<long, double> kept = curve.Steps.Zip(curve.Values).ToDictionary(each => each.First, each => each.Second);
        for (int part = 0; part < 100; part++)
        {
            double[] of = [.. values.Skip(part * 100).Take(100)];
            double[] left = [.. Enumerable.Range(part * 100, 100).Where(step => kept.ContainsKey(step)).Select(step => kept[step])];
            Assert.True(left.Min() <= of.Skip(1).SkipLast(1).Min() && left.Max() >= of.Skip(1).SkipLast(1).Max());
        }
    }

    [Fact]
    public void WhatIsShortStaysAsItIs()
    {
        Curve curve = Downsampling.MinMax([3, 3, 9], [1, 2, 3], 1);
        Assert.Equal([3, 3, 9], curve.Steps);
        Assert.Equal([1, 2, 3], curve.Values);
        Assert.Empty(Downsampling.MinMax([], [], 1).Steps);
    }

    [Fact]
    public void StepsFarApartFallIntoPartsByTheirPlaceNotTheirNumber()
    {
        long[] steps = [.. Enumerable.Range(0, 1000).Select(each => (long)each), 1_000_000];
        Curve curve = Downsampling.MinMax(steps, [.. steps.Select(step => (double)step)], 10);
        Assert.Equal([0, 1, 999, 1_000_000], curve.Steps);
    }

    [Fact]
    public void TheMovingAverageHasItsClosedForm()
    {
        double[] values = [1, 5, 2, 8];
        const double Weight = 0.7;
        double[] smooth = Smoothing.Average(values, Weight);
        for (int row = 0; row < values.Length; row++)
        {
            double[] weights = [.. Enumerable.Range(0, row + 1).Select(each => Math.Pow(Weight, row - each))];
            Assert.Equal(weights.Zip(values, (weight, value) => weight * value).Sum() / weights.Sum(), smooth[row], 12);
        }

        Assert.Equal(values, Smoothing.Average(values, 0));
        Assert.All(Smoothing.Average([4, 4, 4, 4], 0.99), each => Assert.Equal(4, each, 10));
    }

    [Fact]
    public void APartOfACurveReachesBeyondItsEdgesAndIsSmoothedFromTheBeginning()
    {
        MetricSeries series = new("loss", new StepColumn());
        for (int step = 0; step < 100; step++)
        {
            series.Add(step * 10, step % 7, step);
        }

        CurveAnswer part = new CurveRequest(205, 300, 500, 0.9).Answer("run", series);
        Assert.Equal(Enumerable.Range(20, 12).Select(each => each * 10L), part.Curve.Steps);
        Assert.Equal(100, part.Count);
        CurveAnswer whole = new CurveRequest(null, null, 500, 0.9).Answer("run", series);
        Assert.Equal(whole.Smooth!.Values.Skip(20).Take(12), part.Smooth!.Values);
        Assert.Empty(new CurveRequest(5000, 6000, 10, 0).Answer("run", new MetricSeries("none", new StepColumn())).Curve.Steps);
    }
}
