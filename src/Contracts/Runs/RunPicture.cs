namespace Cluster.Contracts.Runs;

/// <summary>A picture of a run.</summary>
/// <param name="Step">Steps completed when it was drawn.</param>
/// <param name="Name">What it shows: <c>samples</c>, or what an evaluation called it.</param>
/// <param name="Path">The file, a PNG.</param>
public sealed record RunPicture(long Step, string Name, string Path);
