using System.Collections.Immutable;

namespace Cluster.GrainHosting.Tests;

[GenerateSerializer]
public sealed class Node
{
    [Id(0)]
    public string Name { get; set; } = "";

    [Id(1)]
    public Node? Next { get; set; }

    [Id(2)]
    public int[]? Numbers;

    public string Unnumbered { get; set; } = "initial";

    public override string ToString() => Name;
}

[GenerateSerializer]
public record Shape(string Name, int[] Sides)
{
    [Id(0)]
    public double Scale { get; init; }

    public string? Lost { get; set; }
}

[GenerateSerializer]
public sealed record Cube(string Name, int[] Sides, [property: Id(7)] int Edge) : Shape(Name, Sides);

[GenerateSerializer]
public readonly record struct Point(int X, int Y);

[GenerateSerializer, Immutable]
public sealed class Frozen
{
    [Id(0)]
    public byte[] Bytes { get; init; } = [];
}

[GenerateSerializer]
public sealed class PartlyFrozen
{
    [Id(0), Immutable]
    public byte[] Shared = [];

    [Id(1)]
    public byte[] Copied = [];
}

public sealed class Unmarked
{
    public int Value { get; set; }
}

[GenerateSerializer]
public sealed class HoldsUnmarked
{
    [Id(0)]
    public object? Inner { get; set; }
}

[GenerateSerializer]
public enum Colour
{
    Red,
    Green,
}

public interface IValuesGrain : IGrainWithStringKey
{
    Task Keep(int[] value);

    Task<int[]> Kept();

    Task<object?> Echo(object? value);


    Task<object> GiveUnmarked();

    Task<Shape> EchoShape(Shape value);

    Task<Point?> EchoPoint(Point? value);

    Task<ImmutableArray<int>> EchoArray(ImmutableArray<int> value);

    Task<bool> SharesWithin(string what);

    Task<string> KeyOf(IValuesGrain other);

    Task<string> KeyOfSelfAsSeenBy(IValuesGrain other);
}

/// <summary>Where grains leave what they were given, for reference comparisons.</summary>
public static class Handed
{
    public static object? Last { get; set; }
}

public interface ITakerGrain : IGrainWithStringKey
{
    Task<bool> TakeFrozen(Frozen value);

    Task<bool> TakeWrapped(Immutable<byte[]> value);

    Task<bool> TakeParameter([Immutable] byte[] value);

    Task<bool> TakePartly(PartlyFrozen value);

    Task<bool> TakeBytes(byte[] value);
}

[Orleans.Placement.PreferLocalPlacement]
public sealed class TakerGrain : Grain, ITakerGrain
{
    public Task<bool> TakeFrozen(Frozen value) => Task.FromResult(ReferenceEquals(value, Handed.Last));

    public Task<bool> TakeWrapped(Immutable<byte[]> value) => Task.FromResult(ReferenceEquals(value.Value, Handed.Last));

    public Task<bool> TakeParameter(byte[] value) => Task.FromResult(ReferenceEquals(value, Handed.Last));

    public Task<bool> TakePartly(PartlyFrozen value)
    {
        var given = (PartlyFrozen)Handed.Last!;
        return Task.FromResult(!ReferenceEquals(value, given) && ReferenceEquals(value.Shared, given.Shared) && !ReferenceEquals(value.Copied, given.Copied));
    }

    public Task<bool> TakeBytes(byte[] value) => Task.FromResult(ReferenceEquals(value, Handed.Last));
}

public sealed class ValuesGrain : Grain, IValuesGrain
{
    private int[] _kept = [];

    public Task Keep(int[] value)
    {
        _kept = value;
        return Task.CompletedTask;
    }

    public Task<int[]> Kept() => Task.FromResult(_kept);

    public Task<object?> Echo(object? value) => Task.FromResult(value);


    public Task<object> GiveUnmarked() => Task.FromResult<object>(new Unmarked());

    public Task<Shape> EchoShape(Shape value) => Task.FromResult(value);

    public Task<Point?> EchoPoint(Point? value) => Task.FromResult(value);

    public Task<ImmutableArray<int>> EchoArray(ImmutableArray<int> value) => Task.FromResult(value);

    public Task<bool> SharesWithin(string what)
    {
        var taker = GrainFactory.GetGrain<ITakerGrain>(this.GetPrimaryKeyString());
        byte[] bytes = [1, 2, 3];
        Handed.Last = bytes;
        switch (what)
        {
            case "immutable type":
                var frozen = new Frozen { Bytes = bytes };
                Handed.Last = frozen;
                return taker.TakeFrozen(frozen);
            case "wrapped":
                return taker.TakeWrapped(new(bytes));
            case "parameter":
                return taker.TakeParameter(bytes);
            case "member":
                var partly = new PartlyFrozen { Shared = bytes, Copied = [4] };
                Handed.Last = partly;
                return taker.TakePartly(partly);
            default:
                return taker.TakeBytes(bytes);
        }
    }

    public Task<string> KeyOf(IValuesGrain other) => Task.FromResult(other.GetPrimaryKeyString());

    public Task<string> KeyOfSelfAsSeenBy(IValuesGrain other) => other.KeyOf(this.AsReference<IValuesGrain>());
}
