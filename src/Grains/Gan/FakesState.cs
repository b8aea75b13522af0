using System.Globalization;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>A discriminator's fakes that wait for later steps, as they were after a step, copied aside; and the file that they are in.</summary>
internal sealed class FakesState : IDisposable
{
    private readonly GanBlueprint _blueprint;
    private readonly int _replica;
    private readonly long _turn;
    private readonly NamedTensor[] _tensors;

    private FakesState(GanBlueprint blueprint, int replica, long step, long turn, NamedTensor[] tensors) =>
        (_blueprint, _replica, Step, _turn, _tensors) = (blueprint, replica, step, turn, tensors);

    /// <summary>Workflow steps completed.</summary>
    public long Step { get; }

    /// <summary>Copies; on the device's thread.</summary>
    /// <param name="blueprint">The run's.</param>
    /// <param name="replica">Whose fakes they are.</param>
    /// <param name="step">Workflow steps completed.</param>
    /// <param name="turn">How many of them were taken, and not left out.</param>
    /// <param name="waiting">The fakes.</param>
    public static FakesState Of(GanBlueprint blueprint, int replica, long step, long turn, WaitingFakes waiting) => new(
        blueprint, replica, step, turn,
        [.. waiting.Waiting(turn).Select(tensor => tensor with { Value = tensor.Value.detach().to(CPU, copy: true).DetachFromDisposeScope() })]);

    /// <summary>Writes the copy; on any thread.</summary>
    public CheckpointFile Write(string folder) => StateFile.Write(folder, Name(_blueprint, _replica), _tensors, Metadata(_blueprint, _replica)
        .Append(("step", Number(Step))).Append(("turn", Number(_turn))).ToDictionary(StringComparer.Ordinal));

    /// <summary>Loads what waits; on the device's thread.</summary>
    /// <returns>How many steps were taken before.</returns>
    /// <exception cref="InputException">The file is damaged, of another experiment, or holds older fakes than the bound allows.</exception>
    public static long Read(string folder, GanBlueprint blueprint, int replica, WaitingFakes waiting)
    {
        string path = Path.Combine(folder, Name(blueprint, replica));
        using SafetensorsFile file = StateFile.Open(path, Metadata(blueprint, replica));
        long turn = long.TryParse(file.Metadata.GetValueOrDefault("turn"), NumberStyles.None, CultureInfo.InvariantCulture, out long written)
            ? written
            : throw new InputException($"{path}: its metadata do not say how many steps were taken; the file was not written by this program");
        using IDisposable guard = no_grad();
        foreach (NamedTensor tensor in waiting.Waiting(turn))
        {
            file.ReadInto(tensor.Name, tensor.Value);
        }

        return waiting.IsWithinBound(turn)
            ? turn
            : throw new InputException($"{path} holds fakes that are not of the {waiting.Staleness} steps before turn {turn}; the file was not written by this program");
    }

    public void Dispose()
    {
        foreach (NamedTensor tensor in _tensors)
        {
            tensor.Value.Dispose();
        }
    }

    private static string Name(GanBlueprint blueprint, int replica) =>
        StateFile.Name(GanModel.DiscriminatorRole + "-fakes", replica, blueprint.File.Replicas);

    private static IEnumerable<(string Key, string Value)> Metadata(GanBlueprint blueprint, int replica) =>
    [
        ("role", GanModel.DiscriminatorRole),
        ("replica", Number(replica)),
        ("replicas", Number(blueprint.File.Replicas)),
        ("batch", Number(blueprint.File.Batch)),
        ("pixels", Number(blueprint.Data.Pixels)),
        ("parts", Number(blueprint.Model.DiscriminatorSteps)),
        ("staleness", Number(blueprint.Model.Staleness)),
    ];

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
