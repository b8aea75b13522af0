using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Cluster.Contracts.Runs;

/// <summary>A complete checkpoint as its <c>manifest.json</c> lists it.</summary>
/// <param name="Folder">The checkpoint's folder.</param>
/// <param name="Name">The folder's name: <c>step-000100</c>.</param>
/// <param name="Step">Steps completed when it was taken.</param>
/// <param name="Files">Its files; empty where the manifest cannot be read.</param>
public sealed record CheckpointListing(string Folder, string Name, long Step, IReadOnlyList<CheckpointFile> Files)
{
    private const string ManifestName = "manifest.json";
    private const long LongestManifest = 16 << 20;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    /// <summary>Bytes of all files.</summary>
    public long Bytes => Files.Sum(file => file.Bytes);

    /// <summary>A run's complete checkpoints, oldest first.</summary>
    public static IReadOnlyList<CheckpointListing> List(RunFolder run) => !Directory.Exists(run.Checkpoints)
        ? []
        : [.. Directory.EnumerateDirectories(run.Checkpoints)
            .Where(path => RunFolder.StepOf(Path.GetFileName(path)) is not null && File.Exists(Path.Combine(path, ManifestName)))
            .Select(path => new CheckpointListing(path, Path.GetFileName(path), RunFolder.StepOf(Path.GetFileName(path))!.Value, FilesOf(path)))
            .OrderBy(each => each.Step)];

    /// <summary>Reads every file and compares it with its sum.</summary>
    /// <returns>What is wrong, naming the file; null where all is sound.</returns>
    public string? Problem(CancellationToken cancellation = default) => Files.Count == 0
        ? $"{ManifestName} lists no file or cannot be read"
        : Files.Select(file => Problem(file, cancellation)).FirstOrDefault(problem => problem is not null);

    private static IReadOnlyList<CheckpointFile> FilesOf(string folder)
    {
        try
        {
            using FileStream file = new(Path.Combine(folder, ManifestName), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            IReadOnlyList<CheckpointFile>? files = file.Length > LongestManifest ? null : JsonSerializer.Deserialize<Manifest>(file, Options)?.Files;
            return files?.All(each => each is { Name: not null, Sha256: not null }) == true ? files : [];
        }
        catch (Exception unreadable) when (unreadable is IOException or JsonException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private string? Problem(CheckpointFile file, CancellationToken cancellation)
    {
        try
        {
            cancellation.ThrowIfCancellationRequested();
            using FileStream stream = File.OpenRead(Path.Combine(Folder, Path.GetFileName(file.Name)));
            return stream.Length != file.Bytes
                ? string.Create(CultureInfo.InvariantCulture, $"{file.Name} has {stream.Length} bytes, its manifest says {file.Bytes}")
                : Convert.ToHexStringLower(SHA256.HashData(stream)) == file.Sha256 ? null : $"{file.Name} does not have the SHA-256 of its manifest";
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return $"{file.Name} cannot be read ({unreadable.Message})";
        }
    }

    /// <summary>What of the manifest is read here.</summary>
    private sealed record Manifest(IReadOnlyList<CheckpointFile>? Files);
}
