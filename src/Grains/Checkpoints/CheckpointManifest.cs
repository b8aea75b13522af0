using System.Text.Json;
using System.Text.Json.Serialization;
using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Grains;

/// <summary><c>manifest.json</c>: written last, so that a checkpoint with a manifest is complete.</summary>
/// <param name="Format">Version of this layout.</param>
/// <param name="Step">Workflow steps completed; every random stream is named by its step, so this is the streams' position too.</param>
/// <param name="Files">The checkpoint's files.</param>
/// <param name="Figure">The mean of the figure that decides which checkpoint is best, since the checkpoint before; null where none does.</param>
internal sealed record CheckpointManifest(int Format, long Step, IReadOnlyList<CheckpointFile> Files, double? Figure = null)
{
    public const int CurrentFormat = 1;
    public const string FileName = "manifest.json";

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>No manifest is longer: that of 4096 shards in ten roles has 6 MiB.</summary>
    private const long Longest = 16 << 20;

    /// <exception cref="JsonException">It is none, or says nothing of its files.</exception>
    public static CheckpointManifest Read(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length > Longest)
        {
            throw new JsonException($"a manifest of {file.Length} bytes is none; {Longest} are the most");
        }

        CheckpointManifest? manifest = JsonSerializer.Deserialize<CheckpointManifest>(file, Options);
        return manifest is { Files: not null } && manifest.Files.All(each => each is { Name: not null, Sha256: not null })
            ? manifest
            : throw new JsonException("it does not name the checkpoint's files");
    }

    /// <summary>The manifest; null where it cannot be read.</summary>
    public static CheckpointManifest? TryRead(string path)
    {
        try
        {
            return Read(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Write(string path) => AtomicFile.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(this, Options));
}
