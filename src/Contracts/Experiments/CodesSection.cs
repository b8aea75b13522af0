using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>The codes of an InfoGAN (Chen et al. 2016, arXiv:1606.03657).</summary>
public sealed record CodesSection
{
    /// <summary>Categories of each categorical code.</summary>
    public ValueList<int> Categorical { get; init; } = [];
    public int Continuous { get; init; }
    public double Weight { get; init; } = 1;
    public double ContinuousWeight { get; init; } = 0.1;
    public int Hidden { get; init; } = 128;

    /// <summary>Whether there are codes.</summary>
    public bool Any => Categorical.Count > 0 || Continuous > 0;

    internal static CodesSection Describe(Section s, CodesSection d) => new()
    {
        Categorical = s.List("categorical", d.Categorical, new IntForm(2, 65536), 64, "categories of each categorical code, all equally likely; [10] is one code of ten"),
        Continuous = s.Int("continuous", d.Continuous, "codes that are uniform in [-1, 1]", 0, 65536),
        Weight = s.Number("weight", d.Weight, "weight of the bound on the information about categorical codes (lambda in the paper)", Interval.NonNegative),
        ContinuousWeight = s.Number("continuousWeight", d.ContinuousWeight, "the same about continuous codes", Interval.NonNegative),
        Hidden = s.Int("hidden", d.Hidden, "hidden units of the head that reads them", 1, 1 << 20),
    };
}
