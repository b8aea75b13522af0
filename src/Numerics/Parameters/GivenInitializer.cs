using System.Collections.Immutable;
using TorchSharp;

namespace Cluster.Numerics;

/// <summary>Values that are given one by one, as statistics of the data.</summary>
public sealed record GivenInitializer(ImmutableArray<float> Values) : Initializer
{
    internal override void Fill(RandomStream stream, torch.Tensor into)
    {
        if (Values.Length != into.NumberOfElements)
            throw new ArgumentException($"{Values.Length} initial values do not fit a parameter of {into.NumberOfElements}.");
        using var given = torch.tensor(Values.AsSpan().ToArray());
        using var shaped = given.view(into.shape);
        into.copy_(shaped);
    }
}
