using System.Collections.Immutable;
using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Orleans.Runtime;

namespace Cluster.Grains;

/// <summary>What a silo offers its actors: devices, data, tensor hand-over and the folder of runs.</summary>
internal sealed class SiloServices(
    TrainingOptions options, DevicePool devices, LocalTensors tensors, TensorTransfer transfer, Blueprints blueprints, Datasets datasets,
    TrainingMeter meter, TimeProvider time, SiloWork work, SiloBook book, ISiloStatusOracle silos)
{
    public DevicePool Devices => devices;

    public LocalTensors Tensors => tensors;

    public TensorTransfer Transfer => transfer;

    public Blueprints Blueprints => blueprints;

    public Datasets Datasets => datasets;

    public TrainingMeter Meter => meter;

    public TimeProvider Time => time;

    /// <summary>What the silo works on now.</summary>
    public SiloWork Work => work;

    /// <summary>The folder that holds all runs.</summary>
    public string Runs => options.Runs;

    /// <summary>Whether runs go on elsewhere when the silo leaves.</summary>
    public bool InCluster => options.InCluster;

    /// <summary>Whether a silo that holds a device of the run is gone.</summary>
    public bool HasLostItsDevice(RunFolder run) => options.InCluster && RunLease.Read(run) is { } lease
        && lease.Devices.Any(device => !silos.GetActiveSilos().Any(each => each.ToParsableString() == device.Silo));

    /// <summary>
    /// Silos on which actors of the run could be placed anew, in a cluster: those that are there and stay, where the run is not
    /// bound to devices; else none.
    /// </summary>
    public IReadOnlySet<string> Places(RunFolder run) => options.InCluster && RunLease.Read(run) is null
        ? silos.GetActiveSilos().Select(each => each.ToParsableString()).Where(each => !book.IsDraining(each)).ToHashSet(StringComparer.Ordinal)
        : ImmutableHashSet<string>.Empty;

    /// <summary>The device that was leased to an actor; null where none was.</summary>
    /// <param name="key">The actor's key, <c>run/role/index</c>.</param>
    public string? LeasedDevice(string key)
    {
        if (!options.InCluster)
        {
            return null;
        }

        string[] parts = key.Split('/');
        return RunLease.Read(Run(parts[0]))?.For(parts.Length > 2 && int.TryParse(parts[2], out int index) ? index : 0).Device;
    }

    /// <summary>The folder of a run; its name was checked when the run was made.</summary>
    public RunFolder Run(string name) => RunFolder.IsValidName(name)
        ? new RunFolder(options.Runs, name)
        : throw new InputException($"'{name}' is no run's name: letters, digits, '.', '_' and '-', beginning with a letter or digit");
}
