using System.Collections.Concurrent;
using System.Globalization;
using Cluster.Contracts;
using Cluster.Numerics;
using TorchSharp;

namespace Cluster.Grains;

/// <summary>NCCL on one silo: whether it is there, and the order in which the silo's devices use it.</summary>
internal sealed class SiloNccl : IDisposable
{
    private readonly TrainingOptions _options;
    private readonly LocalTensors _local;
    private readonly Lazy<(NcclLibrary? Library, string? Obstacle)> _library;
    private readonly ConcurrentDictionary<NcclCommunicator, bool> _connected = new();
    private readonly ConcurrentDictionary<(string Run, DeviceThread Device), SumLane> _lanes = new();

    /// <param name="options">Where the library is.</param>
    /// <param name="local">Knows the silo's name.</param>
    /// <param name="devices">The silo's devices, which end after this: a device that waits for others would not.</param>
    public SiloNccl(TrainingOptions options, LocalTensors local, DevicePool devices)
    {
        _ = devices;
        (_options, _local) = (options, local);
        _library = new Lazy<(NcclLibrary?, string?)>(Load);
    }

    /// <summary>The library.</summary>
    /// <exception cref="NcclException">There is none.</exception>
    public NcclLibrary Library => _library.Value.Library ?? throw new NcclException(_library.Value.Obstacle!);

    /// <summary>Where a contributor stands. The library is looked for only where there may be a use for it.</summary>
    public SumSeat Seat(string role, int contributor, DeviceThread device, bool[] shards, int contributors)
    {
        string name = device.Name.Split('/')[0];
        bool cuda = name.StartsWith("cuda", StringComparison.Ordinal);
        (NcclLibrary? library, string? obstacle) = !cuda ? (null, $"{name} is no CUDA device") : contributors < 2 ? (null, "there is one replica") : _library.Value;
        int index = Math.Max(device.Device.index, 0);
        string named = device.Device.type == DeviceType.CUDA ? string.Create(CultureInfo.InvariantCulture, $"cuda:{index}") : name;
        string? id = device.Device.type == DeviceType.CUDA ? CudaDriver.Id(index) : null;
        return new SumSeat(role, contributor, _local.Silo, named, id ?? $"{_local.Silo}/{named}", shards, obstacle, library?.Version ?? 0);
    }

    /// <summary>A new id of a group; it may take a look at the machine's network.</summary>
    public SumId NewId()
    {
        try
        {
            return new SumId(Library.NewId().ToArray(), null);
        }
        catch (NcclException problem)
        {
            return new SumId(null, problem.Message);
        }
    }

    /// <summary>A rank that is called off when the silo ends.</summary>
    public NcclCommunicator Communicator(int ranks, int rank)
    {
        NcclCommunicator made = new(Library, ranks, rank);
        _connected.TryAdd(made, true);
        return made;
    }

    /// <summary>The rank is freed, or being freed.</summary>
    public void Forget(NcclCommunicator communicator) => _connected.TryRemove(communicator, out _);

    /// <summary>Calls off whatever this silo's devices wait for.</summary>
    public void Dispose() => Parallel.ForEach(_connected.Keys, static communicator => communicator.Abort());

    /// <summary>The order of a device's groups in one attempt of a run.</summary>
    public SumLane Lane(RunActor actor, DeviceThread device) => _lanes.AddOrUpdate(
        (actor.Run, device), _ => new SumLane(actor.Attempt), (_, lane) => lane.Attempt == actor.Attempt ? lane : new SumLane(actor.Attempt));

    /// <summary>The attempt is over for a device.</summary>
    public void Forget(RunActor actor, DeviceThread device)
    {
        if (_lanes.TryGetValue((actor.Run, device), out SumLane? lane) && lane.Attempt == actor.Attempt)
        {
            _lanes.TryRemove(new KeyValuePair<(string, DeviceThread), SumLane>((actor.Run, device), lane));
        }
    }

    private (NcclLibrary? Library, string? Obstacle) Load()
    {
        if (_options.PretendedCuda > 0 && _options.Nccl is null)
        {
            return (null, "the CUDA devices are pretended");
        }

        if (!DevicePointer.IsKnown)
        {
            return (null, "this TorchSharp does not tell where a tensor's memory is; 0.107 does");
        }

        try
        {
            return (NcclLibrary.Load(_options.Nccl), null);
        }
        catch (NcclException problem)
        {
            return (null, problem.Message);
        }
    }
}
