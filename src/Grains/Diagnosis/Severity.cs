namespace Cluster.Grains;

/// <summary>How much a finding matters: alerts take it from here.</summary>
internal enum Severity
{
    /// <summary>The result is right, but comes later than it could.</summary>
    Info,

    /// <summary>The model learns less than it could.</summary>
    Warning,

    /// <summary>What is trained on is worth nothing.</summary>
    Critical,
}
