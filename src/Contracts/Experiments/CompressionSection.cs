using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>How gradients are made smaller before they travel, with error feedback. Each way is a record of its own, chosen by <c>name</c>.</summary>
public abstract record CompressionSection
{
    internal const string Tag = "name";

    private static readonly IReadOnlyList<Alternative<CompressionSection>> Kinds =
    [
        Alternative<CompressionSection>.Of("none", "gradients travel whole", new NoCompression(), (_, _) => new NoCompression()),
        Alternative<CompressionSection>.Of("top-k", "the largest entries travel, the rest is added to the next gradient (Stich et al. 2018)", new TopKCompression(), TopKCompression.Describe),
        Alternative<CompressionSection>.Of("power-sgd", "matrices travel as two factors of low rank, what those miss is added to the next gradient (Vogels et al. 2019)", new PowerSgdCompression(), PowerSgdCompression.Describe),
    ];

    internal static CompressionSection Describe(Section s, CompressionSection d) =>
        s.OneOf(Tag, Kinds, d, "how gradients are made smaller before they travel");
}

/// <summary>Gradients travel whole.</summary>
public sealed record NoCompression : CompressionSection;

/// <summary>The largest entries of each slice travel (Stich et al. 2018).</summary>
public sealed record TopKCompression : CompressionSection
{
    /// <summary>Of a slice's entries, in (0, 1].</summary>
    public double Share { get; init; } = 0.01;

    internal static TopKCompression Describe(Section s, TopKCompression d) => new()
    {
        Share = s.Number("share", d.Share, "share of each slice's entries that travels, at least one entry; 1: all", new Interval(0, 1, true, false)),
    };
}

/// <summary>Matrices travel as factors of low rank (Vogels et al. 2019).</summary>
public sealed record PowerSgdCompression : CompressionSection
{
    public int Rank { get; init; } = 2;

    internal static PowerSgdCompression Describe(Section s, PowerSgdCompression d) => new()
    {
        Rank = s.Int("rank", d.Rank, "rank of the factors; a matrix that they would not make smaller travels whole, and so does a vector", 1, 4096),
    };
}
