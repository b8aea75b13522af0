using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Numerics;
using TorchSharp;

namespace Cluster.Grains.Tests;

/// <summary>Who may add gradients by NCCL, and in which order roles do that share devices.</summary>
[Trait("Orleans", "either")]
public sealed class SumChoiceTests
{
    private static readonly RoleBlueprint Role = new(
        "generator", new ParameterLayout([new ParameterSpec("weight", [4], new ConstantInitializer(0))]), new SgdOptions(0.1), 0, 1, torch.ScalarType.Float32, 2);

    private static readonly SumSeat First = new("generator", 0, "one", "cuda:0", "a", [true, false], null, 22005);
    private static readonly SumSeat Second = new("generator", 1, "two", "cuda:0", "b", [false, true], null, 22005);

    [Fact]
    public void Devices_of_their_own_with_a_shard_on_each_have_nothing_in_the_way()
    {
        Assert.Null(SumObstacle.InFile(new ExchangeSection(), Role));
        Assert.Null(SumObstacle.InPlaces(Role, [First, Second]));
        Assert.Null(SumObstacle.InPlaces(Role, [First with { Shards = [true, true] }, Second with { Shards = [false, false] }]));
    }

    [Fact]
    public void What_is_in_the_way_is_named()
    {
        Assert.Equal("the file says exchange.nccl: off", SumObstacle.InFile(new ExchangeSection { Nccl = NcclChoice.Off }, Role));
        Assert.Equal("exchange.precision rounds gradients, which NCCL does not", SumObstacle.InFile(new ExchangeSection { Precision = WirePrecision.Bfloat16 }, Role));
        Assert.Equal("exchange.compression sends gradients that NCCL does not", SumObstacle.InFile(new ExchangeSection(), Role with { Compression = new TopKCompression() }));
        Assert.Equal("exchange.localSteps sends gradients that NCCL does not", SumObstacle.InFile(new ExchangeSection(), Role with { Local = new LocalSteps(2, new SgdOptions(0.1), 0, null) }));

        Assert.Equal("contributors 0 and 1 share cuda:0 of one", SumObstacle.InPlaces(Role, [First, First with { Contributor = 1 }]));
        Assert.Equal("libnccl.so.2 was not found (on two)", SumObstacle.InPlaces(Role, [First, Second with { Obstacle = "libnccl.so.2 was not found", Version = 0 }]));
        Assert.Equal("one has NCCL 2.20.5 and two 2.18.1; all need the same", SumObstacle.InPlaces(Role, [First, Second with { Version = 21801 }]));
        Assert.Equal("shard 1 is on no contributor's device", SumObstacle.InPlaces(Role, [First, Second with { Shards = [false, false] }]));
        Assert.Equal("1 of its 2 contributors said where they are", SumObstacle.InPlaces(Role, [First]));
    }

    [Fact]
    public void Roles_that_share_a_device_have_one_order_on_it_whoever_asks_first()
    {
        SumTurns turns = new();
        int[] three = [0, 1, 2], two = [2, 1];
        Assert.Equal(0, turns.Take("encoder", 0, 1, three));
        Assert.Equal(1, turns.Take("decoder", 0, 0, two)); // device 2, behind the encoder
        Assert.Equal(1, turns.Take("encoder", 1, 0, three)); // device 0 knows no decoder
        Assert.Equal(1, turns.Take("decoder", 0, 1, two));
        Assert.Equal(2, turns.Take("encoder", 1, 2, three));
        Assert.Equal(0, turns.Take("encoder", 0, 1, three)); // asked twice
        Assert.Equal(0, turns.Take("encoder", 0, 2, three));
        for (long update = 2; update < 10_000; update++)
        {
            turns.Take("encoder", update, 0, three);
        }

        Assert.Throws<StaleAttemptException>(() => turns.Take("encoder", 1, 0, three));
        Assert.Equal(9_999, turns.Take("encoder", 9_999, 0, three));
    }

    [Fact]
    public async Task A_lane_lets_turns_in_one_after_the_other()
    {
        SumLane lane = new(1);
        Task third = lane.Enter(2), second = lane.Enter(1), first = lane.Enter(0);
        Assert.Equal((true, false, false), (first.IsCompleted, second.IsCompleted, third.IsCompleted));
        lane.Leave(0);
        await second;
        Assert.False(third.IsCompleted);
        lane.Leave(1);
        await third;
        lane.Leave(2);
        Assert.True(lane.Enter(3).IsCompleted);
    }
}
