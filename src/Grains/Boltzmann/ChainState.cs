using System.Globalization;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>A pool's particles as they were after a step, copied aside; and the file that they are in.</summary>
internal sealed class ChainState : IDisposable
{
    private readonly IReadOnlyList<NamedTensor> _tensors;

    private ChainState(long step, IReadOnlyList<NamedTensor> tensors) => (Step, _tensors) = (step, tensors);

    public long Step { get; }

    /// <summary>Copies; runs on the pool's device thread.</summary>
    public static ChainState Of(ChainPool pool, long step) => new(
        step, [.. pool.State.Select(tensor => tensor with { Value = tensor.Value.detach().to(CPU, copy: true).DetachFromDisposeScope() })]);

    /// <summary>Writes the copy; on any thread.</summary>
    public CheckpointFile Write(string folder, RbmBlueprint blueprint, int pool) => StateFile.Write(
        folder,
        StateFile.Name(RbmModel.ChainRole, pool, blueprint.Pools),
        _tensors,
        Metadata(blueprint, pool).Append(("step", Number(Step))).ToDictionary(StringComparer.Ordinal));

    /// <summary>Loads a pool; on its device thread.</summary>
    /// <exception cref="InputException">The file is damaged or of another experiment.</exception>
    public static void Read(CheckpointFolder checkpoint, RbmBlueprint blueprint, int index, ChainPool pool)
    {
        using SafetensorsFile file = Open(checkpoint, blueprint, index);
        using IDisposable guard = no_grad();
        foreach (NamedTensor tensor in pool.State)
        {
            file.ReadInto(tensor.Name, tensor.Value);
        }
    }

    /// <summary>The hidden units of all particles at β = 1, pool after pool, on the CPU; null where there are none. The caller owns them.</summary>
    public static Tensor? ReadAll(CheckpointFolder checkpoint, RbmBlueprint blueprint)
    {
        if (blueprint.Pools == 0)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        List<Tensor> pools = [];
        for (int pool = 0; pool < blueprint.Pools; pool++)
        {
            using SafetensorsFile file = Open(checkpoint, blueprint, pool);
            pools.Add(file.Read("hidden").narrow(0, 0, blueprint.Particles(pool)));
        }

        return cat([.. pools], 0).DetachFromDisposeScope();
    }

    public void Dispose()
    {
        foreach (NamedTensor tensor in _tensors)
        {
            tensor.Value.Dispose();
        }
    }

    private static SafetensorsFile Open(CheckpointFolder checkpoint, RbmBlueprint blueprint, int pool) => StateFile.Open(
        Path.Combine(checkpoint.Path, StateFile.Name(RbmModel.ChainRole, pool, blueprint.Pools)), Metadata(blueprint, pool));

    private static IEnumerable<(string Key, string Value)> Metadata(RbmBlueprint blueprint, int pool) =>
    [
        ("role", RbmModel.ChainRole),
        ("pool", Number(pool)),
        ("pools", Number(blueprint.Pools)),
        ("particles", Number(blueprint.Particles(pool))),
        ("temperatures", Number(blueprint.Model.Temperatures)),
        ("staleness", Number(blueprint.Model.Staleness)),
        ("layout", blueprint.Rbm.Layout.Fingerprint),
    ];

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
