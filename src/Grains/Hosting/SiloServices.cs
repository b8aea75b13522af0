using System.Collections.Immutable;
using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Orleans.Runtime;

namespace Cluster.Grains;

/// <summary>What a silo offers its actors: devices, data, tensor hand-over and the folder of runs.</summary>
internal sealed class SiloServices(
    TrainingOptions options, DevicePool devices, LocalTensors tensors, TensorTransfer transfer, Blueprints blueprints, Datasets datasets,
    TrainingMeter meter, TimeProvider time, SiloWork work, StepRecorder recorder, SiloBook book, ISiloStatusOracle silos,
    SiloNccl nccl)
{
    public DevicePool Devices => devices;

    public LocalTensors Tensors => tensors;

    public TensorTransfer Transfer => transfer;

    /// <summary>NCCL on this silo.</summary>
    public SiloNccl Nccl => nccl;

    public Blueprints Blueprints => blueprints;

    public Datasets Datasets => datasets;

    public TrainingMeter Meter => meter;

    public TimeProvider Time => time;

    /// <summary>What the silo works on now.</summary>
    public SiloWork Work => work;

    /// <summary>Keeps the spans of steps while somebody looks at them.</summary>
    public StepRecorder Recorder => recorder;

    /// <summary>The folder that holds all runs.</summary>
    public string Runs => options.Runs;

    /// <summary>Whether runs go on elsewhere when the silo leaves.</summary>
    public bool InCluster => options.InCluster;

    /// <summary>Whether this silo goes down: what fails here now fails for that.</summary>
    public bool IsLeaving => silos.CurrentStatus is SiloStatus.ShuttingDown or SiloStatus.Stopping or SiloStatus.Dead;

    /// <summary>Whether a silo that holds a device of the run is gone.</summary>
    public bool HasLostItsDevice(RunFolder run) => options.InCluster && RunLease.Read(run) is { } lease
        && lease.All.Any(device => !silos.GetActiveSilos().Any(each => each.ToParsableString() == device.Silo));

    /// <summary>
    /// Silos on which actors of the run could be placed anew, in a cluster: those that are there and stay, where the run is not
    /// bound to devices; else none.
    /// </summary>
    public IReadOnlySet<string> Places(RunFolder run) => options.InCluster && RunLease.Read(run) is null
        ? silos.GetActiveSilos().Select(each => each.ToParsableString()).Where(each => !book.IsDraining(each)).ToHashSet(StringComparer.Ordinal)
        : ImmutableHashSet<string>.Empty;

    /// <summary>The device of this silo that was leased to an actor; null where none was.</summary>
    /// <param name="key">The actor's key, <c>run/role/index</c>.</param>
    public string? LeasedDevice(string key) => options.InCluster && RunLease.Read(Run(key.Split('/')[0]))?.For(key) is { } place && place.Silo == tensors.Silo
        ? place.Device
        : null;

    /// <summary>The folder of a run.</summary>
    /// <exception cref="InputException">The name is none, or a link leads out of the folder of runs.</exception>
    public RunFolder Run(string name) => RunFolder.IsValidName(name)
        ? Inside(new RunFolder(options.Runs, name))
        : throw new InputException($"'{name}' is no run's name: letters, digits, '.', '_' and '-', beginning with a letter or digit");

    /// <summary>Refuses a run whose files are elsewhere. Alone in its process the silo is its user's, who may link as he likes.</summary>
    public RunFolder Inside(RunFolder folder) => options.InCluster && folder.LeavesRoot()
        ? throw new InputException($"run {folder.Name}: a symbolic link leads out of the folder of runs {options.Runs}; put the files themselves there")
        : folder;
}
