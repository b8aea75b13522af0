using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Contracts.Runs;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>One checkpoint of a run.</summary>
/// <param name="Run">The run.</param>
/// <param name="Name">The folder's name: <c>step-000100</c>.</param>
internal sealed record CheckpointFolder(RunFolder Run, string Name)
{
    public string Path => System.IO.Path.Combine(Run.Checkpoints, Name);

    private string ManifestPath => System.IO.Path.Combine(Path, CheckpointManifest.FileName);

    /// <summary>Whether its writing was completed.</summary>
    public bool IsSealed => File.Exists(ManifestPath);

    /// <summary>Steps completed when it was taken.</summary>
    public long Step => RunFolder.StepOf(Name)!.Value;

    /// <summary>The run's checkpoints, newest first, sound or not.</summary>
    public static IReadOnlyList<CheckpointFolder> List(RunFolder run) => !Directory.Exists(run.Checkpoints)
        ? []
        : [.. Directory.EnumerateDirectories(run.Checkpoints)
            .Select(path => new CheckpointFolder(run, System.IO.Path.GetFileName(path)))
            .Where(folder => RunFolder.StepOf(folder.Name) is not null)
            .OrderByDescending(folder => folder.Step)];

    /// <summary>
    /// The newest checkpoint whose files agree with their sums. Those passed over are named to <paramref name="warn"/>.
    /// </summary>
    public static CheckpointFolder? NewestSound(RunFolder run, Action<string> warn)
    {
        foreach (CheckpointFolder folder in List(run))
        {
            if (folder.Problem() is not { } problem)
            {
                return folder;
            }

            warn($"checkpoint {folder.Name} is passed over: {problem}");
        }

        return null;
    }

    /// <summary>What is wrong with the checkpoint, naming the file; null where it is sound.</summary>
    public string? Problem()
    {
        CheckpointManifest manifest;
        try
        {
            manifest = CheckpointManifest.Read(ManifestPath);
        }
        catch (Exception unreadable) when (unreadable is IOException or JsonException or UnauthorizedAccessException)
        {
            return $"{ManifestPath} cannot be read ({unreadable.Message})";
        }

        if (manifest.Format != CheckpointManifest.CurrentFormat)
        {
            return $"{ManifestPath} has format {manifest.Format}; this version reads {CheckpointManifest.CurrentFormat}";
        }

        return manifest.Step != Step
            ? $"{ManifestPath} speaks of step {manifest.Step}"
            : manifest.Files.Select(Problem).FirstOrDefault(problem => problem is not null);
    }

    /// <summary>Writes the manifest, which makes the checkpoint one.</summary>
    public void Seal(IReadOnlyList<CheckpointFile> files, double? figure = null) =>
        new CheckpointManifest(CheckpointManifest.CurrentFormat, Step, [.. files.OrderBy(file => file.Name, StringComparer.Ordinal)], figure).Write(ManifestPath);

    /// <summary>
    /// Deletes all but the newest checkpoints, and the best where a figure decides that; the manifest goes first, so that none
    /// is half there.
    /// </summary>
    public static void Retain(RunFolder run, CheckpointSection keep)
    {
        CheckpointFolder[] all = [.. List(run).Where(folder => folder.IsSealed)];
        CheckpointFolder? best = keep.Best.Length == 0 ? null : Best(all, keep.Better);
        foreach (CheckpointFolder old in all.Skip(keep.Keep).Where(folder => folder != best))
        {
            File.Delete(old.ManifestPath);
            Directory.Delete(old.Path, recursive: true);
        }
    }

    private static CheckpointFolder? Best(IEnumerable<CheckpointFolder> all, Better better) => all
        .Select(folder => (Folder: folder, Figure: CheckpointManifest.TryRead(folder.ManifestPath)?.Figure))
        .Where(each => each.Figure is { } figure && double.IsFinite(figure))
        .OrderBy(each => better == Better.Lower ? each.Figure : -each.Figure)
        .ThenByDescending(each => each.Folder.Step)
        .Select(each => each.Folder)
        .FirstOrDefault();

    /// <summary>Puts a role's shards together into its flat values.</summary>
    /// <param name="role">The role.</param>
    /// <param name="shards">How many files it is in.</param>
    /// <param name="into">Shape (parameters,).</param>
    public void ReadRole(RoleBlueprint role, int shards, Tensor into)
    {
        for (int shard = 0; shard < shards; shard++)
        {
            ShardFile.ReadValues(System.IO.Path.Combine(Path, ShardFile.Name(role.Name, shard, shards)), role, shard, shards, into);
        }
    }

    private string? Problem(CheckpointFile file)
    {
        string path = System.IO.Path.Combine(Path, System.IO.Path.GetFileName(file.Name));
        try
        {
            using FileStream stream = File.OpenRead(path);
            if (stream.Length != file.Bytes)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{path} has {stream.Length} bytes, its manifest says {file.Bytes}");
            }

            return Convert.ToHexStringLower(SHA256.HashData(stream)) == file.Sha256 ? null : $"{path} does not have the SHA-256 of its manifest";
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return $"{path} cannot be read ({unreadable.Message})";
        }
    }
}
