using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>What predicts codes.</summary>
public enum CodeEncoder
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>g tanh(Wx + b), a gain for each atom (Kavukcuoglu et al. 2008, equation 3).</summary>
    Tanh,

    /// <summary>Shrinkage of Wx by a learned threshold for each atom (Gregor and LeCun 2010).</summary>
    Shrink,
}

/// <summary>The encoder of predictive sparse decomposition.</summary>
public sealed record CodeEncoderSection
{
    public CodeEncoder Kind { get; init; } = CodeEncoder.None;

    /// <summary>γ of 0.5 γ |h - p|^2.</summary>
    public double Attachment { get; init; }

    internal static CodeEncoderSection Describe(Section s, CodeEncoderSection d) => new()
    {
        Kind = s.Word("kind", d.Kind, "what predicts the codes: g tanh(Wx + b), or shrinkage of Wx by a learned threshold"),
        Attachment = s.Number("attachment", d.Attachment, "gamma, the weight of half the squared difference between code and prediction while learning; 0: codes are free", Interval.NonNegative),
    };
}
