using System.Collections.Immutable;
using Orleans.Serialization;

namespace Cluster.GrainHosting.Tests;

/// <summary>Arguments and results cross calls as values.</summary>
[Collection(SharedCluster.Name)]
public sealed class ValueTests(ClusterFixture cluster)
{
    private readonly IValuesGrain _grain = cluster.Grains.GetGrain<IValuesGrain>(Signals.NewKey());

    public static TheoryData<object> Plain => new()
    {
        true, 'c', (byte)1, (short)-2, 3, 4L, 5.5f, 6.5, 7.25m, "text", Guid.Parse("11111111-2222-3333-4444-555555555555"),
        new DateTime(2020, 2, 29, 1, 2, 3, DateTimeKind.Utc), new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.FromHours(2)), TimeSpan.FromSeconds(1.5),
        new DateOnly(2020, 1, 2), new Uri("https://example.org/a"), new Version(1, 2, 3), Colour.Green, new Point(3, 4),
        new byte[] { 1, 2 }, new[] { "a", "b" }, new[] { 1.5, 2.5 }, new List<int> { 1, 2, 3 }, new Dictionary<string, int> { ["a"] = 1 },
        new HashSet<int> { 1, 2 }, new Queue<int>([1, 2]), (1, "two"), Tuple.Create(1, "two"), KeyValuePair.Create("k", 2),
        ImmutableArray.Create(1, 2), ImmutableList.Create("x"), new object[] { 1, "two", new[] { 3 } }, new[] { new[] { 1 }, new[] { 2, 3 } }, new int?[] { 1, null },
    };

    [Theory]
    [MemberData(nameof(Plain))]
    public async Task Known_types_come_back_equal(object value)
    {
        var back = await _grain.Echo(value);
        Assert.Equal(value.GetType(), back!.GetType());
        Assert.Equal(value, back);
    }

    [Fact]
    public async Task Null_comes_back_as_null() => Assert.Null(await _grain.Echo(null));

    [Fact]
    public async Task A_rectangular_array_comes_back_equal() => Assert.Equal(new[,] { { 1, 2 }, { 3, 4 } }, await _grain.Echo(new[,] { { 1, 2 }, { 3, 4 } }));

    [Fact]
    public async Task The_callee_does_not_see_what_the_caller_changes_later()
    {
        int[] mine = [1, 2, 3];
        await _grain.Keep(mine);
        mine[0] = 99;
        Assert.Equal(new[] { 1, 2, 3 }, await _grain.Kept());
    }

    [Fact]
    public async Task The_callee_does_not_see_what_the_caller_changes_in_the_result()
    {
        await _grain.Keep([1, 2, 3]);
        (await _grain.Kept())[0] = 99;
        Assert.Equal(new[] { 1, 2, 3 }, await _grain.Kept());
    }

    [Fact]
    public async Task Arguments_are_copied_before_the_call_returns_to_its_caller()
    {
        int[] mine = [1, 2, 3];
        var call = _grain.Keep(mine);
        mine[0] = 99;
        await call;
        Assert.Equal(new[] { 1, 2, 3 }, await _grain.Kept());
    }

    [Fact]
    public async Task One_object_passed_twice_arrives_as_one_object_even_in_a_cycle()
    {
        var a = new Node { Name = "a" };
        var b = new Node { Name = "b", Next = a };
        a.Next = b;
        var back = (Node)(await _grain.Echo(a))!;
        Assert.NotSame(a, back);
        Assert.Equal("b", back.Next!.Name);
        Assert.Same(back, back.Next.Next);
    }

    [Fact]
    public async Task A_member_without_an_id_is_lost()
    {
        var back = (Node)(await _grain.Echo(new Node { Name = "n", Numbers = [1], Unnumbered = "changed" }))!;
        Assert.Equal("n", back.Name);
        Assert.Equal([1], back.Numbers!);
        Assert.Equal("initial", back.Unnumbered);
    }

    [Fact]
    public async Task A_records_constructor_parameters_cross_without_ids()
    {
        var back = await _grain.EchoShape(new Shape("s", [3, 4]) { Scale = 2.5, Lost = "x" });
        Assert.Equal("s", back.Name);
        Assert.Equal([3, 4], back.Sides);
        Assert.Equal(2.5, back.Scale);
        Assert.Null(back.Lost);
    }

    [Fact]
    public async Task A_derived_record_keeps_its_type()
    {
        var back = Assert.IsType<Cube>(await _grain.EchoShape(new Cube("c", [6], 9) { Scale = 1.5 }));
        Assert.Equal(("c", 9, 1.5), (back.Name, back.Edge, back.Scale));
        Assert.Equal([6], back.Sides);
    }

    [Fact]
    public async Task Nullable_structs_and_immutable_arrays_cross()
    {
        Assert.Equal(new Point(1, 2), await _grain.EchoPoint(new(1, 2)));
        Assert.Null(await _grain.EchoPoint(null));
        Assert.True((await _grain.EchoArray([5, 6])).SequenceEqual([5, 6]));
    }

    [Fact]
    public async Task An_unmarked_argument_is_refused()
    {
        var error = await Assert.ThrowsAsync<CodecNotFoundException>(async () => await _grain.Echo(new Unmarked()));
        Assert.Contains("Could not find a co", error.Message);
        Assert.Contains(typeof(Unmarked).FullName!, error.Message);
    }

    [Fact]
    public async Task An_unmarked_object_within_an_argument_is_refused()
        => await Assert.ThrowsAsync<CodecNotFoundException>(async () => await _grain.Echo(new HoldsUnmarked { Inner = new Unmarked() }));

    [Fact]
    public async Task An_unmarked_result_is_refused() => await Assert.ThrowsAsync<CodecNotFoundException>(async () => await _grain.GiveUnmarked());

    [Fact]
    public async Task An_anonymous_object_is_refused() => await Assert.ThrowsAsync<CodecNotFoundException>(async () => await _grain.Echo(new { A = 1 }));

    [Fact]
    public async Task A_delegate_is_refused() => await Assert.ThrowsAsync<CodecNotFoundException>(async () => await _grain.Echo(() => 1));

    [Theory]
    [InlineData("immutable type", true)]
    [InlineData("wrapped", true)]
    [InlineData("parameter", true)]
    [InlineData("member", true)]
    [InlineData("plain", false)]
    public async Task Within_a_silo_the_immutable_is_handed_on_as_it_is(string what, bool shared) => Assert.Equal(shared, await _grain.SharesWithin(what));

    [Fact]
    public async Task A_reference_crosses_calls()
    {
        var other = cluster.Grains.GetGrain<IValuesGrain>(Signals.NewKey());
        Assert.Equal(other.GetPrimaryKeyString(), await _grain.KeyOf(other));
        Assert.Equal(_grain.GetPrimaryKeyString(), await _grain.KeyOfSelfAsSeenBy(other));
        Assert.Equal(other, await _grain.Echo(other));
    }
}
