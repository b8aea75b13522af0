using System.Globalization;
using Cluster.Contracts;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// What a contributor's exchange remembers from update to update, as it was after a step: residuals and factors of compression, and with
/// local steps the replica's own values and optimizer state. Copied aside, and the file that it is in.
/// </summary>
internal sealed class ExchangeState : IDisposable
{
    private readonly RoleBlueprint _role;
    private readonly int _contributor;
    private readonly long _updates;
    private readonly NamedTensor[] _tensors;

    private ExchangeState(RoleBlueprint role, int contributor, long step, long updates, NamedTensor[] tensors)
    {
        (_role, _contributor, Step, _updates, _tensors) = (role, contributor, step, updates, tensors);
    }

    /// <summary>Workflow steps completed.</summary>
    public long Step { get; }

    /// <summary>Copies; on the device's thread.</summary>
    /// <param name="role">The role.</param>
    /// <param name="contributor">The place among its contributors.</param>
    /// <param name="step">Workflow steps completed.</param>
    /// <param name="tensors">What is remembered.</param>
    /// <param name="updates">Steps of the replica's own optimizer.</param>
    public static ExchangeState Of(RoleBlueprint role, int contributor, long step, IEnumerable<NamedTensor> tensors, long updates) => new(
        role, contributor, step, updates, [.. tensors.Select(tensor => tensor with { Value = tensor.Value.detach().to(CPU, copy: true).DetachFromDisposeScope() })]);

    /// <summary>Writes the copy; on any thread.</summary>
    public CheckpointFile Write(string folder) => StateFile.Write(folder, Name(_role, _contributor), _tensors, Metadata(_role, _contributor)
        .Append(("step", Number(Step))).Append(("updates", Number(_updates))).ToDictionary(StringComparer.Ordinal));

    /// <summary>Loads what a checkpoint has; on the device's thread.</summary>
    /// <param name="checkpoint">The checkpoint's folder.</param>
    /// <param name="role">The role.</param>
    /// <param name="contributor">The place among its contributors.</param>
    /// <param name="into">What is remembered.</param>
    /// <param name="training">The replica's own training; null where it has none.</param>
    /// <exception cref="InputException">The file is damaged or of another experiment.</exception>
    public static void Read(string checkpoint, RoleBlueprint role, int contributor, IEnumerable<NamedTensor> into, LocalTraining? training)
    {
        using SafetensorsFile file = StateFile.Open(Path.Combine(checkpoint, Name(role, contributor)), Metadata(role, contributor));
        using IDisposable guard = no_grad();
        foreach (NamedTensor tensor in into)
        {
            file.ReadInto(tensor.Name, tensor.Value);
        }

        if (training is not null)
        {
            training.Optimizer.Steps = long.Parse(file.Metadata["updates"], CultureInfo.InvariantCulture);
        }
    }

    public void Dispose()
    {
        foreach (NamedTensor tensor in _tensors)
        {
            tensor.Value.Dispose();
        }
    }

    private static string Name(RoleBlueprint role, int contributor) => StateFile.Name(role.Name + "-contributor", contributor, role.Contributors);

    private static IEnumerable<(string Key, string Value)> Metadata(RoleBlueprint role, int contributor) =>
    [
        ("role", role.Name),
        ("contributor", Number(contributor)),
        ("contributors", Number(role.Contributors)),
        ("layout", role.Layout.Fingerprint),
    ];

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
