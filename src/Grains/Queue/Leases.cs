using System.Globalization;
using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Grains;

/// <summary>Which run holds which CUDA device. Nothing is given twice.</summary>
internal sealed class Leases
{
    private readonly Dictionary<(string Silo, string Device), string> _held = [];
    private readonly IReadOnlyList<SiloReport> _silos;
    private bool _closed;

    /// <summary>Those that the runs that train have now.</summary>
    public Leases(IEnumerable<SiloReport> silos, IEnumerable<RunFolder> training)
    {
        _silos = [.. silos.OrderBy(silo => silo.Name, StringComparer.Ordinal)];
        foreach (RunFolder run in training)
        {
            foreach (LeasedDevice device in RunLease.Read(run)?.Devices ?? [])
            {
                _held[(device.Silo, device.Device)] = run.Name;
            }
        }
    }

    /// <summary>The run that holds a device; null while it is free.</summary>
    public string? Holder(string silo, string device) => _held.GetValueOrDefault((silo, device));

    /// <summary>Gives a run its devices, those of one silo first, or none at all.</summary>
    /// <returns>Null where there are not enough; then nobody behind it in the queue gets one either, so that a large run comes to its turn.</returns>
    public RunLease? TryTake(WaitingRun run)
    {
        List<(string Silo, LeasedDevice Device)> free =
        [
            .. from silo in _silos
               where !silo.Draining
               from cuda in silo.Cuda
               where Holder(silo.Silo, cuda.Name) is null && (run.Index is null || cuda.Name == Name(run.Index.Value))
               select (silo.Silo, new LeasedDevice(silo.Silo, silo.Name, cuda.Name)),
        ];
        if (_closed || free.Count < run.Cuda)
        {
            _closed = true;
            return null;
        }

        // The tightest silo that holds all of it, else those with the most.
        var silos = free.GroupBy(each => each.Silo, StringComparer.Ordinal).ToList();
        IEnumerable<LeasedDevice> order = silos.Where(group => group.Count() >= run.Cuda).MinBy(group => group.Count()) is { } one
            ? one.Select(each => each.Device)
            : silos.OrderByDescending(group => group.Count()).SelectMany(group => group).Select(each => each.Device);
        RunLease lease = new([.. order.Take(run.Cuda)]);
        foreach (LeasedDevice device in lease.Devices)
        {
            _held[(device.Silo, device.Device)] = run.Folder.Name;
        }

        return lease;
    }

    /// <summary>Why a run gets no device.</summary>
    public string Reason(WaitingRun run)
    {
        int all = _silos.Sum(silo => silo.Cuda.Count);
        string wanted = run.Index is { } index ? $"device {Name(index)} of a silo" : run.Cuda == 1 ? "a CUDA device" : $"{run.Cuda} CUDA devices";
        string holders = string.Join(", ", _held.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        return all == 0
            ? $"waits for {wanted}: no silo of the cluster has one"
            : $"waits for {wanted}: the cluster has {all}{(holders.Length > 0 ? $", held by {holders}" : "")}";
    }

    private static string Name(int index) => "cuda:" + index.ToString(CultureInfo.InvariantCulture);
}
