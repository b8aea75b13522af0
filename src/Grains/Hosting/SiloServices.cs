using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Grains;

/// <summary>What a silo offers its actors: devices, data, tensor hand-over and the folder of runs.</summary>
internal sealed class SiloServices(
    TrainingOptions options, DevicePool devices, LocalTensors tensors, TensorTransfer transfer, Blueprints blueprints, Datasets datasets,
    TrainingMeter meter, TimeProvider time)
{
    public DevicePool Devices => devices;

    public LocalTensors Tensors => tensors;

    public TensorTransfer Transfer => transfer;

    public Blueprints Blueprints => blueprints;

    public Datasets Datasets => datasets;

    public TrainingMeter Meter => meter;

    public TimeProvider Time => time;

    /// <summary>The folder of a run; its name was checked when the run was made.</summary>
    public RunFolder Run(string name) => RunFolder.IsValidName(name)
        ? new RunFolder(options.Runs, name)
        : throw new InputException($"'{name}' is no run's name: letters, digits, '.', '_' and '-', beginning with a letter or digit");
}
