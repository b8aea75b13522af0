namespace Cluster.Contracts.Experiments;

/// <summary>How grey images become black and white.</summary>
public enum Binarize
{
    /// <summary>They stay grey.</summary>
    None,

    /// <summary>White above half of full brightness.</summary>
    Threshold,

    /// <summary>Each pixel is white with the probability that its brightness is, drawn afresh at every step (Salakhutdinov and Murray 2008).</summary>
    Dynamic,
}
