namespace Cluster.Grains;

/// <summary>All figures of one reported step.</summary>
/// <param name="Step">Steps completed.</param>
/// <param name="Figures">Losses, scores and signals by name, in the order of the row.</param>
/// <param name="Straggler">The actor whose gradients come last, where <c>lateness</c> is a figure.</param>
internal sealed record SignalRow(long Step, IReadOnlyDictionary<string, double> Figures, string? Straggler = null);
