using System.Globalization;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>One shard of a dictionary in a checkpoint: its <c>atoms</c>, <c>statistics</c> (rows [A | B]) and <c>idle</c> counts.</summary>
internal static class DictionaryFile
{
    private const string Atoms = "atoms", Statistics = "statistics", Idle = "idle";

    /// <summary>Writes a snapshot.</summary>
    public static CheckpointFile Write(string folder, DictionaryBlueprint blueprint, DictionarySnapshot snapshot) => StateFile.Write(
        folder,
        Name(blueprint, snapshot.Shard),
        [new NamedTensor(Atoms, snapshot.Atoms_SD), new NamedTensor(Statistics, snapshot.Statistics_SE), new NamedTensor(Idle, snapshot.Idle_K)],
        new Dictionary<string, string>(Identity(blueprint, snapshot.Shard).ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal), StringComparer.Ordinal)
        {
            ["step"] = Number(snapshot.Step),
        });

    /// <summary>Reads the atoms of all shards into the whole dictionary, shape (K, D).</summary>
    /// <exception cref="InputException">A file is damaged or of another experiment.</exception>
    public static void ReadAtoms(string folder, DictionaryBlueprint blueprint, Tensor into_KD)
    {
        for (int shard = 0; shard < blueprint.File.Shards; shard++)
        {
            var block = blueprint.Options.Block(shard, blueprint.File.Shards);
            using SafetensorsFile file = Open(folder, blueprint, shard);
            using Tensor rows_SD = into_KD.narrow(0, block.First, block.Count);
            using IDisposable mode = no_grad();
            file.ReadInto(Atoms, rows_SD);
        }
    }

    /// <summary>Reads one shard's statistics.</summary>
    /// <exception cref="InputException">The file is damaged or of another experiment.</exception>
    public static void ReadStatistics(string folder, DictionaryBlueprint blueprint, int shard, Tensor statistics_SE, Tensor idle_K)
    {
        using SafetensorsFile file = Open(folder, blueprint, shard);
        using IDisposable mode = no_grad();
        file.ReadInto(Statistics, statistics_SE);
        file.ReadInto(Idle, idle_K);
    }

    private static SafetensorsFile Open(string folder, DictionaryBlueprint blueprint, int shard) =>
        StateFile.Open(Path.Combine(folder, Name(blueprint, shard)), Identity(blueprint, shard));

    private static string Name(DictionaryBlueprint blueprint, int shard) => StateFile.Name(DictionaryModel.DictionaryRole, shard, blueprint.File.Shards);

    private static (string Key, string Value)[] Identity(DictionaryBlueprint blueprint, int shard)
    {
        var block = blueprint.Options.Block(shard, blueprint.File.Shards);
        return
        [
            ("role", DictionaryModel.DictionaryRole),
            ("shard", Number(shard)),
            ("first", Number(block.First)),
            ("count", Number(block.Count)),
            ("atoms", Number(blueprint.Options.Atoms)),
            ("features", Number(blueprint.Signals.Patches.Features)),
        ];
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A shard's state as it was after a step, copied aside so that training may go on.</summary>
internal sealed record DictionarySnapshot(int Shard, long Step, Tensor Atoms_SD, Tensor Statistics_SE, Tensor Idle_K) : IDisposable
{
    public void Dispose()
    {
        Atoms_SD.Dispose();
        Statistics_SE.Dispose();
        Idle_K.Dispose();
    }
}
