using Cluster.Numerics;

namespace Cluster.Grains.Tests;

/// <summary>CPU actors of different places work on threads of their own where cores remain; results do not depend on it.</summary>
public sealed class LaneTests
{
    [Theory]
    [MemberData(nameof(SmallExperiments.Workflows), MemberType = typeof(SmallExperiments))]
    public async Task One_thread_and_three_give_the_same_files(string workflow)
    {
        SortedDictionary<string, string> one = await Train(workflow, 1), three = await Train(workflow, 3);
        Assert.NotEmpty(one);
        Assert.Equal(one, three);
    }

    [Fact]
    public void Actors_of_one_place_share_a_thread_and_those_of_others_have_their_own()
    {
        using DevicePool pool = new(new TrainingOptions { Cores = 4 });
        DeviceThread first = pool.Get("cpu", 2, 0);
        Assert.Same(first, pool.Get("cpu", 2, 0));
        Assert.NotSame(first, pool.Get("cpu", 2, 1));
        Assert.Same(first, pool.Get("cpu", 2, 2));
        Assert.Equal(["cpu/2", "cpu/2#1"], pool.All.Select(thread => thread.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Operations_that_need_all_cores_have_one_thread()
    {
        using DevicePool pool = new(new TrainingOptions { Cores = 2 });
        Assert.Same(pool.Get("cpu", 2, 0), pool.Get("cpu", 2, 1));
        Assert.Same(pool.Get("cpu", 8, 0), pool.Get("cpu", 8, 5));
    }

    [Fact]
    public void A_thread_looks_for_work_only_where_a_core_remains()
    {
        using DevicePool pool = new(new TrainingOptions { Cores = 2 });
        DeviceThread first = pool.Get("cpu", 1, 0);
        Assert.True(first.LooksBeforeSleep);
        DeviceThread second = pool.Get("cpu", 1, 1);
        Assert.False(first.LooksBeforeSleep);
        Assert.False(second.LooksBeforeSleep);
    }

    private static async Task<SortedDictionary<string, string>> Train(string workflow, int cores)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start(cores: cores);
        await cluster.Finish("run", SmallExperiments.Overrides[workflow]);
        DevicePool devices = RunLifeTests.Devices((Orleans.TestingHost.InProcessSiloHandle)cluster.Cluster.Primary!);
        Assert.Equal(cores > 1, devices.All.Count > 1);
        return cluster.Sums("run");
    }
}
