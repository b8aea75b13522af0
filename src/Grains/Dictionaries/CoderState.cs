using System.Globalization;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>A coder's statistics that wait for later steps, as they were after a step, copied aside; and the file that they are in.</summary>
internal sealed class CoderState : IDisposable
{
    private readonly DictionaryBlueprint _blueprint;
    private readonly int _coder;
    private readonly NamedTensor[] _tensors;

    private CoderState(DictionaryBlueprint blueprint, int coder, long step, NamedTensor[] tensors) =>
        (_blueprint, _coder, Step, _tensors) = (blueprint, coder, step, tensors);

    /// <summary>Workflow steps completed.</summary>
    public long Step { get; }

    /// <summary>Copies; on the device's thread.</summary>
    public static CoderState Of(DictionaryBlueprint blueprint, int coder, long step, StatisticsRing ring) => new(
        blueprint, coder, step, [.. ring.Waiting(step).Select(tensor => tensor with { Value = tensor.Value.detach().to(CPU, copy: true).DetachFromDisposeScope() })]);

    /// <summary>Writes the copy; on any thread.</summary>
    public CheckpointFile Write(string folder) => StateFile.Write(folder, Name(_blueprint, _coder), _tensors, Metadata(_blueprint, _coder)
        .Append(("step", Number(Step))).ToDictionary(StringComparer.Ordinal));

    /// <summary>Loads what waits for the steps from some step on; on the device's thread.</summary>
    /// <exception cref="InputException">The file is damaged or of another experiment.</exception>
    public static void Read(string folder, DictionaryBlueprint blueprint, int coder, long step, StatisticsRing ring)
    {
        using SafetensorsFile file = StateFile.Open(Path.Combine(folder, Name(blueprint, coder)), Metadata(blueprint, coder));
        using IDisposable guard = no_grad();
        foreach (NamedTensor tensor in ring.Waiting(step))
        {
            file.ReadInto(tensor.Name, tensor.Value);
        }
    }

    public void Dispose()
    {
        foreach (NamedTensor tensor in _tensors)
        {
            tensor.Value.Dispose();
        }
    }

    private static string Name(DictionaryBlueprint blueprint, int coder) => StateFile.Name(DictionaryModel.CoderRole, coder, blueprint.File.Replicas);

    private static IEnumerable<(string Key, string Value)> Metadata(DictionaryBlueprint blueprint, int coder) =>
    [
        ("role", DictionaryModel.CoderRole),
        ("coder", Number(coder)),
        ("coders", Number(blueprint.File.Replicas)),
        ("atoms", Number(blueprint.Options.Atoms)),
        ("features", Number(blueprint.Signals.Patches.Features)),
        ("staleness", Number(blueprint.Model.Staleness)),
    ];

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
