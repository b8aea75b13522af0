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

    public static CheckpointManifest Read(string path) =>
        JsonSerializer.Deserialize<CheckpointManifest>(File.ReadAllBytes(path), Options) ?? throw new JsonException("the manifest is empty");

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
