namespace Cluster.Dashboard;

/// <summary>Points to draw.</summary>
/// <param name="Steps">Ascending.</param>
/// <param name="Values">One for each step.</param>
internal sealed record Curve(IReadOnlyList<long> Steps, IReadOnlyList<double> Values)
{
    public static Curve Empty { get; } = new([], []);
}
