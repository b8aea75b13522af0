namespace Cluster.Data.Tests;

public class EpochSamplerTests
{
    public static TheoryData<int, int, int> Splits => new() { { 60, 5, 1 }, { 60, 5, 3 }, { 61, 4, 3 }, { 7, 1, 7 }, { 8, 8, 1 }, { 1797, 64, 2 } };

    [Theory]
    [MemberData(nameof(Splits))]
    public void AnEpochShowsEveryIndexAtMostOnceAndOnlyTheRemainderNever(int count, int batch, int replicas)
    {
        EpochSampler[] samplers = [.. Enumerable.Range(0, replicas).Select(replica => new EpochSampler(count, batch, replica, replicas, 11))];
        int steps = samplers[0].StepsPerEpoch;
        Assert.Equal(count / (batch * replicas), steps);
        for (int epoch = 0; epoch < 3; epoch++)
        {
            List<int> seen = [];
            for (int step = epoch * steps; step < (epoch + 1) * steps; step++)
                foreach (EpochSampler sampler in samplers) seen.AddRange(At(sampler, step, batch));
            Assert.Equal(steps * batch * replicas, seen.Distinct().Count());
            Assert.Equal(seen.Count, seen.Distinct().Count());
            Assert.All(seen, index => Assert.InRange(index, 0, count - 1));
        }
    }

    [Theory]
    [MemberData(nameof(Splits))]
    public void ReplicasSeeThePiecesOfOneLargeBatch(int count, int batch, int replicas)
    {
        EpochSampler whole = new(count, batch * replicas, 0, 1, 5);
        for (int step = 0; step < 2 * whole.StepsPerEpoch + 1; step++)
        {
            IEnumerable<int> pieces = Enumerable.Range(0, replicas).SelectMany(replica => At(new EpochSampler(count, batch, replica, replicas, 5), step, batch));
            Assert.Equal(At(whole, step, batch * replicas), pieces);
        }
    }

    [Fact]
    public void AnyOrderOfStepsGivesTheSame()
    {
        EpochSampler forward = new(50, 4, 1, 3, 9), backward = new(50, 4, 1, 3, 9);
        int[][] expected = [.. Enumerable.Range(0, 30).Select(step => At(forward, step, 4))];
        for (int step = 29; step >= 0; step--) Assert.Equal(expected[step], At(backward, step, 4));
        foreach (int step in new[] { 17, 2, 29, 2, 0, 16 }) Assert.Equal(expected[step], At(forward, step, 4));
    }

    [Fact]
    public void EpochsAndSeedsDiffer()
    {
        EpochSampler sampler = new(100, 100, 0, 1, 1);
        Assert.NotEqual(At(sampler, 0, 100), At(sampler, 1, 100));
        Assert.NotEqual(At(sampler, 0, 100), At(new EpochSampler(100, 100, 0, 1, 2), 0, 100));
        Assert.NotEqual(Enumerable.Range(0, 100), At(sampler, 0, 100));
    }

    [Fact]
    public void EpochsShareOneArray()
    {
        EpochSampler sampler = new(50_000, 50, 0, 1, 3);
        int[] batch = new int[50];
        sampler.Indices(0, batch);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int epoch = 1; epoch < 5; epoch++) sampler.Indices(epoch * (long)sampler.StepsPerEpoch, batch);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000);
    }

    // Written down once: a change here changes every run.
    [Fact]
    public void TheOrderIsFixedForEver()
    {
        Assert.Equal(FirstEpoch, At(new EpochSampler(10, 10, 0, 1, 42), 0, 10));
        Assert.Equal(FarEpoch, At(new EpochSampler(10, 10, 0, 1, 42), 5_000_000_000, 10));
    }

    [Fact]
    public void EpochsAreCounted()
    {
        EpochSampler sampler = new(10, 3, 0, 1, 0);
        Assert.Equal([0L, 0, 0, 1, 1, 1, 2], Enumerable.Range(0, 7).Select(step => sampler.Epoch(step)));
    }

    [Fact]
    public void AStepLargerThanTheDataIsRefused() => Assert.Contains(
        "batch 4 × replicas 3 needs 12 images a step, but there are 11: choose a smaller batch or fewer replicas",
        Assert.Throws<DatasetException>(() => new EpochSampler(11, 4, 0, 3, 0)).Message);

    [Fact]
    public void WrongArgumentsAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new EpochSampler(0, 1, 0, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EpochSampler(4, 0, 0, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EpochSampler(4, 1, 2, 2, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EpochSampler(4, 1, -1, 2, 0));
        EpochSampler sampler = new(4, 2, 0, 1, 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => sampler.Indices(-1, new int[2]));
        Assert.Throws<ArgumentException>(() => sampler.Indices(0, new int[3]));
    }

    private static readonly int[] FirstEpoch = [4, 5, 0, 2, 7, 6, 8, 3, 9, 1];
    private static readonly int[] FarEpoch = [7, 8, 6, 4, 9, 2, 5, 1, 0, 3];

    private static int[] At(EpochSampler sampler, long step, int batch)
    {
        int[] indices = new int[batch];
        sampler.Indices(step, indices);
        return indices;
    }
}
