using System.Text.Json;
using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Grains;

/// <summary><c>manifest.json</c>: written last, so that a checkpoint with a manifest is complete.</summary>
/// <param name="Format">Version of this layout.</param>
/// <param name="Step">Workflow steps completed; every random stream is named by its step, so this is the streams' position too.</param>
/// <param name="Files">The checkpoint's files.</param>
internal sealed record CheckpointManifest(int Format, long Step, IReadOnlyList<CheckpointFile> Files)
{
    public const int CurrentFormat = 1;
    public const string FileName = "manifest.json";

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static CheckpointManifest Read(string path) =>
        JsonSerializer.Deserialize<CheckpointManifest>(File.ReadAllBytes(path), Options) ?? throw new JsonException("the manifest is empty");

    public void Write(string path) => AtomicFile.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(this, Options));
}
