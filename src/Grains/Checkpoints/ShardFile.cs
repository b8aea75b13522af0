using System.Globalization;
using System.Security.Cryptography;
using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>One shard in a checkpoint: a safetensors file with <c>values</c> and the optimizer's state.</summary>
internal static class ShardFile
{
    /// <summary>Its name: <c>generator-00-of-03.safetensors</c>, counted from 0.</summary>
    public static string Name(string role, int shard, int shards) =>
        string.Create(CultureInfo.InvariantCulture, $"{role}-{shard:D2}-of-{shards:D2}.safetensors");

    /// <summary>Writes a snapshot: beside, flushed, renamed. The bytes depend on the snapshot alone.</summary>
    public static CheckpointFile Write(string folder, ShardSnapshot snapshot)
    {
        Directory.CreateDirectory(folder);
        string name = Name(snapshot.Role.Name, snapshot.Shard, snapshot.Shards);
        string path = Path.Combine(folder, name);
        Dictionary<string, string> metadata = new(StringComparer.Ordinal)
        {
            ["role"] = snapshot.Role.Name,
            ["shard"] = Number(snapshot.Shard),
            ["offset"] = Number(snapshot.Range.Offset),
            ["count"] = Number(snapshot.Range.Count),
            ["step"] = Number(snapshot.Step),
            ["updates"] = Number(snapshot.Updates),
            ["layout"] = snapshot.Role.Network.Layout.Fingerprint,
        };
        long length = 0;
        byte[] sum = [];
        AtomicFile.Write(path, stream =>
        {
            SafetensorsWriter.Write(stream, snapshot.Tensors, metadata);
            stream.Flush();
            stream.Position = 0;
            length = stream.Length;
            sum = SHA256.HashData(stream);
        });
        return new CheckpointFile(name, length, Convert.ToHexStringLower(sum));
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

        slice.Optimizer.Steps = long.Parse(file.Metadata["updates"], CultureInfo.InvariantCulture);
    }

    /// <summary>Copies a shard's values to their place in a role's flat values.</summary>
    public static void ReadValues(string path, RoleBlueprint role, int shard, int shards, Tensor into)
    {
        ShardRange range = role.Network.Layout.Shards(shards)[shard];
        using SafetensorsFile file = Open(path, role, range);
        using Tensor slice = into.narrow(0, range.Offset, range.Count);
        using (no_grad())
        {
            file.ReadInto("values", slice);
        }
    }

    private static SafetensorsFile Open(string path, RoleBlueprint role, ShardRange range)
    {
        SafetensorsFile file;
        try
        {
            file = SafetensorsFile.Open(path);
        }
        catch (SafetensorsException problem)
        {
            throw new InputException(problem.Message);
        }

        foreach ((string key, string expected) in new[]
        {
            ("role", role.Name), ("offset", Number(range.Offset)), ("count", Number(range.Count)), ("layout", role.Network.Layout.Fingerprint),
        })
        {
            if (file.Metadata.GetValueOrDefault(key) != expected)
            {
                string found = file.Metadata.GetValueOrDefault(key) ?? "nothing";
                file.Dispose();
                throw new InputException($"{path} belongs to another experiment file: {key} is {found}, the run's experiment.yaml gives {expected}");
            }
        }

        return file;
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
