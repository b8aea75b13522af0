namespace Cluster.Dashboard;

/// <summary>A figure of a run, ready to draw.</summary>
/// <param name="Run">The run.</param>
/// <param name="Metric">The figure.</param>
/// <param name="Count">How many points it has in all.</param>
/// <param name="Curve">Its points, made fewer.</param>
/// <param name="Smooth">Its moving average; null where none was asked for.</param>
internal sealed record CurveAnswer(string Run, string Metric, int Count, Curve Curve, Curve? Smooth);
