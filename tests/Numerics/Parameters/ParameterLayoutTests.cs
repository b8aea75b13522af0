namespace Cluster.Numerics.Tests;

public sealed class ParameterLayoutTests
{
    private static ParameterLayout Layout(params long[][] shapes) => new(shapes.Select((shape, i) => new ParameterSpec($"p{i}", [.. shape], Initializer.Zeros)));

    [Fact]
    public void Parameters_lie_one_behind_the_other()
    {
        var layout = Layout([3, 4], [4], []);
        Assert.Equal(17, layout.Count);
        Assert.Equal([(0L, 12L), (12L, 4L), (16L, 1L)], layout.Slots.Select(slot => (slot.Offset, slot.Count)));
        Assert.Equal(12, layout["p1"].Offset);
    }

    [Theory]
    [InlineData(1000, 1)]
    [InlineData(1000, 3)]
    [InlineData(1000, 63)]
    [InlineData(1000, 64)]
    [InlineData(1000, 1000)]
    [InlineData(20, 7)]
    [InlineData(5, 5)]
    public void Shards_cover_everything_once_and_none_is_empty(long count, int shards)
    {
        var ranges = Layout([count]).Shards(shards);
        Assert.Equal(Enumerable.Range(0, shards), ranges.Select(range => range.Index));
        long end = 0;
        foreach (var range in ranges)
        {
            Assert.Equal(end, range.Offset);
            Assert.True(range.Count >= 1);
            end += range.Count;
        }

        Assert.Equal(count, end);
    }

    [Fact]
    public void Shards_begin_at_multiples_of_16_where_there_are_enough()
    {
        Assert.All(Layout([1000]).Shards(7), range => Assert.Equal(0, range.Offset % 16));
        Assert.Equal([new ShardRange(0, 0, 48), new ShardRange(1, 48, 52)], Layout([10, 10]).Shards(2));
        var ranges = Layout([100_000]).Shards(6);
        Assert.InRange(ranges.Max(range => range.Count) - ranges.Min(range => range.Count), 0, 32);
    }

    [Fact]
    public void Fingerprint_follows_names_and_shapes_alone()
    {
        ParameterLayout Of(string name, long[] shape, Initializer initializer) => new([new ParameterSpec(name, [.. shape], initializer)]);
        var print = Of("w", [2, 3], Initializer.Zeros).Fingerprint;
        Assert.Matches("^[0-9a-f]{64}$", print);
        Assert.Equal(print, Of("w", [2, 3], Initializer.Ones).Fingerprint);
        Assert.NotEqual(print, Of("v", [2, 3], Initializer.Zeros).Fingerprint);
        Assert.NotEqual(print, Of("w", [3, 2], Initializer.Zeros).Fingerprint);
        Assert.NotEqual(print, Of("w", [6], Initializer.Zeros).Fingerprint);
    }

    [Fact]
    public void Bad_layouts_say_what_is_wrong()
    {
        Assert.Contains("at least one", Assert.Throws<ArgumentException>(() => new ParameterLayout([])).Message);
        Assert.Contains("'p0'", Assert.Throws<ArgumentException>(() => Layout([2, 0])).Message);
        Assert.Contains("'p0'", Assert.Throws<ArgumentException>(() => Layout([long.MaxValue, 2])).Message);
        Assert.Contains("'p1'", Assert.Throws<ArgumentException>(() => Layout([long.MaxValue], [1])).Message);
        Assert.Contains("no name", Assert.Throws<ArgumentException>(() => new ParameterLayout([new ParameterSpec("", [1], Initializer.Zeros)])).Message);
        var twice = new ParameterSpec("w", [1], Initializer.Zeros);
        Assert.Contains("'w'", Assert.Throws<ArgumentException>(() => new ParameterLayout([twice, twice])).Message);
        Assert.Contains("p0", Assert.Throws<KeyNotFoundException>(() => Layout([2])["q"]).Message);
        Assert.Contains("1 to 5", Assert.Throws<ArgumentOutOfRangeException>(() => Layout([5]).Shards(0)).Message);
        Assert.Contains("1 to 5", Assert.Throws<ArgumentOutOfRangeException>(() => Layout([5]).Shards(6)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Initializer.KaimingUniformFanIn(0));
    }
}
