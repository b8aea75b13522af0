namespace Cluster.Data;

/// <summary>A line of <c>cluster data list</c>.</summary>
/// <param name="Name">Name for the experiment file's <c>data</c>.</param>
/// <param name="Splits">Names of its parts.</param>
/// <param name="Images">How many images, per split.</param>
/// <param name="Size">Channels, height and width of an image, in words.</param>
/// <param name="Available">Whether it can be opened here and now.</param>
/// <param name="Where">The folder it was found in, "built in", or how to get it.</param>
/// <param name="Attribution">Authors, year, licence.</param>
public sealed record DatasetRow(
    string Name, IReadOnlyList<string> Splits, string Images, string Size, bool Available, string Where, string Attribution);
