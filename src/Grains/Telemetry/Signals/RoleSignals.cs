namespace Cluster.Grains;

/// <summary>How large the steps of each trained role are: its shards' sums of squares, put together.</summary>
internal static class RoleSignals
{
    /// <summary>The raw signal of a role: Σ g², Σ (θ' − θ)² and Σ θ'² of a slice.</summary>
    public static string RawName(string role) => "norms/" + role;

    /// <summary>For each role its gradient's norm before clipping, its parameters' norm, and the ratio of the step's norm to that.</summary>
    public static IEnumerable<KeyValuePair<string, double>> Of(Blueprint blueprint, SignalSet signals)
    {
        foreach (RoleBlueprint role in blueprint.Roles.Where(role => role.IsTrained))
        {
            if (signals.Sum(RawName(role.Name)) is [var gradient, var change, var values])
            {
                yield return new($"{role.Name}.gradientNorm", Math.Sqrt(gradient));
                yield return new($"{role.Name}.weightNorm", Math.Sqrt(values));
                if (values > 0)
                {
                    yield return new($"{role.Name}.updateRatio", Math.Sqrt(change / values));
                }
            }
        }
    }
}
