using System.Globalization;
using Cluster.Contracts;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>One shard in a checkpoint: a safetensors file with <c>values</c> and the optimizer's state.</summary>
internal static class ShardFile
{
    /// <inheritdoc cref="StateFile.Name"/>
    public static string Name(string role, int shard, int shards) => StateFile.Name(role, shard, shards);

    /// <summary>Writes a snapshot: beside, flushed, renamed. The bytes depend on the snapshot alone.</summary>
    public static CheckpointFile Write(string folder, ShardSnapshot snapshot)
    {
        Dictionary<string, string> metadata = new(StringComparer.Ordinal)
        {
            ["role"] = snapshot.Role.Name,
            ["shard"] = Number(snapshot.Shard),
            ["offset"] = Number(snapshot.Range.Offset),
            ["count"] = Number(snapshot.Range.Count),
            ["step"] = Number(snapshot.Step),
            ["updates"] = Number(snapshot.Updates),
            ["layout"] = snapshot.Role.Layout.Fingerprint,
        };
        return StateFile.Write(folder, Name(snapshot.Role.Name, snapshot.Shard, snapshot.Shards), snapshot.Tensors, metadata, () => snapshot.Device.Current is not null);
    }

    /// <summary>Loads values and optimizer state into a slice; runs on its device thread.</summary>
    /// <exception cref="InputException">The file is damaged or of another layout.</exception>
    public static void Read(string path, ShardSlice slice)
    {
        using SafetensorsFile file = Open(path, slice.Role, slice.Range);
        using (no_grad())
        {
            foreach (NamedTensor tensor in ShardSnapshot.State(slice))
            {
                file.ReadInto(tensor.Name, tensor.Value);
            }
        }

        slice.Optimizer.Steps = long.TryParse(file.Metadata.GetValueOrDefault("updates"), NumberStyles.None, CultureInfo.InvariantCulture, out long updates)
            ? updates
            : throw new InputException($"{path}: its metadata do not say how many updates it has had; the file was not written by this program");
    }

    /// <summary>Copies a shard's values to their place in a role's flat values.</summary>
    public static void ReadValues(string path, RoleBlueprint role, int shard, int shards, Tensor into)
    {
        ShardRange range = role.Layout.Shards(shards)[shard];
        using SafetensorsFile file = Open(path, role, range);
        using Tensor slice = into.narrow(0, range.Offset, range.Count);
        using (no_grad())
        {
            file.ReadInto("values", slice);
        }
    }

    private static SafetensorsFile Open(string path, RoleBlueprint role, ShardRange range) => StateFile.Open(
        path, ("role", role.Name), ("offset", Number(range.Offset)), ("count", Number(range.Count)), ("layout", role.Layout.Fingerprint));

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
