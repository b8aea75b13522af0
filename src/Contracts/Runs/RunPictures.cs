namespace Cluster.Contracts.Runs;

/// <summary>The pictures in a run's folder.</summary>
public static class RunPictures
{
    private const string Pattern = "*.png";

    /// <summary>Those drawn while it trained, oldest first.</summary>
    public static IReadOnlyList<RunPicture> Samples(RunFolder folder) => !Directory.Exists(folder.Samples)
        ? []
        : [.. Directory.EnumerateFiles(folder.Samples, Pattern)
            .Select(path => (Path: path, Step: RunFolder.StepOf(Path.GetFileNameWithoutExtension(path))))
            .Where(each => each.Step is not null)
            .OrderBy(each => each.Step)
            .Select(each => new RunPicture(each.Step!.Value, "samples", each.Path))];

    /// <summary>Those of its evaluations, by step and name.</summary>
    public static IReadOnlyList<RunPicture> Evaluations(RunFolder folder) => !Directory.Exists(folder.Evaluation)
        ? []
        : [.. Directory.EnumerateDirectories(folder.Evaluation)
            .Select(path => (Path: path, Step: RunFolder.StepOf(Path.GetFileName(path))))
            .Where(each => each.Step is not null)
            .OrderBy(each => each.Step)
            .SelectMany(each => Directory.EnumerateFiles(each.Path, Pattern)
                .Order(StringComparer.Ordinal)
                .Select(path => new RunPicture(each.Step!.Value, Path.GetFileNameWithoutExtension(path), path)))];
}
