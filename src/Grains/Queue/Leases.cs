using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Contracts.Runs;

namespace Cluster.Grains;

/// <summary>
/// Which run holds which places: CUDA devices, each given once, and shares of silos' memory. A run gets all that it needs or
/// nothing, and what would do for one that waits is kept for it, so that a large run comes to its turn.
/// </summary>
internal sealed class Leases
{
    private readonly Dictionary<(string Silo, string Device), string> _held = [];
    private readonly Dictionary<(string Silo, string Device), string> _kept = [];
    private readonly Dictionary<string, (long Memory, int Places)> _cpus = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _keptCpus = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<SiloReport> _silos;

    /// <summary>Those that the runs that train have now.</summary>
    public Leases(IEnumerable<SiloReport> silos, IEnumerable<RunFolder> training)
    {
        _silos = [.. silos.OrderBy(silo => silo.Name, StringComparer.Ordinal)];
        foreach (RunFolder run in training)
        {
            foreach (LeasedDevice place in RunLease.Read(run)?.All ?? [])
            {
                Hold(run.Name, place);
            }
        }
    }

    /// <summary>The run that holds a device; null while it is free.</summary>
    public string? Holder(string silo, string device) => _held.GetValueOrDefault((silo, device));

    /// <summary>MiB that runs have asked for on a silo.</summary>
    public long Memory(string silo) => _cpus.GetValueOrDefault(silo).Memory;

    /// <summary>Gives a run its places, those of one silo first, or none at all.</summary>
    /// <returns>Null where there are not enough; what is free of them is then kept for the run, unless the cluster could never suffice.</returns>
    public RunLease? TryTake(WaitingRun run)
    {
        if (Allot(run) is { } lease)
        {
            return lease;
        }

        if (new Leases(_silos, []).Allot(run) is not null)
        {
            Keep(run);
        }

        return null;
    }

    /// <summary>Why a run gets no places.</summary>
    public string Reason(WaitingRun run)
    {
        DeviceNeed need = Order(run).FirstOrDefault(each => Choose(each, run.Folder.Name) is null) ?? Order(run).Last();
        string where = need.Pool.Length > 0 ? $"pool {need.Pool}" : "the cluster";
        if (!_silos.Any(need.InPool))
        {
            string[] pools = [.. _silos.Select(silo => silo.Pool).Where(pool => pool.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            return $"waits for {need}: no silo of {where} is there{(pools.Length > 0 ? $"; there are {string.Join(", ", pools)}" : "")}";
        }

        if (need.Kind == DeviceKind.Cpu)
        {
            string free = string.Join(", ", _silos.Where(silo => !silo.Draining && need.InPool(silo)).Select(silo => $"{silo.Name} {Math.Max(0, Free(silo))} of {silo.MemoryBytes >> 20}"));
            return $"waits for {need}: free MiB in {where}: {(free.Length > 0 ? free : "none, its silos leave")}{KeptFor(_keptCpus.Values, run)}";
        }

        var fitting = (from silo in _silos from device in silo.Cuda where need.Fits(silo, device) select (silo.Silo, device.Name)).ToList();
        string holders = string.Join(", ", fitting.Select(each => Holder(each.Silo, each.Name)).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        return fitting.Count == 0
            ? $"waits for {need}: no silo of {where} has one"
            : $"waits for {need}: {where} has {fitting.Count}{(holders.Length > 0 ? $", held by {holders}" : "")}{KeptFor(fitting.Select(each => _kept.GetValueOrDefault(each)).OfType<string>(), run)}";
    }

    private static string KeptFor(IEnumerable<string> runs, WaitingRun run)
    {
        string[] others = [.. runs.Where(each => each != run.Folder.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return others.Length > 0 ? $", kept for {string.Join(", ", others)}" : "";
    }

    /// <summary>Those that name a pool choose first: the others find room elsewhere.</summary>
    private static IEnumerable<DeviceNeed> Order(WaitingRun run) => run.Needs.OrderBy(need => need.Pool.Length == 0);

    private RunLease? Allot(WaitingRun run)
    {
        List<LeasedDevice> taken = [];
        List<LeasedDevice> rest = [];
        Dictionary<string, IReadOnlyList<LeasedDevice>> roles = new(StringComparer.Ordinal);
        foreach (DeviceNeed need in Order(run))
        {
            if (Choose(need, run.Folder.Name) is not { } chosen)
            {
                taken.ForEach(Release);
                return null;
            }

            foreach (LeasedDevice place in chosen)
            {
                Hold(run.Folder.Name, place);
                taken.Add(place);
            }

            foreach (string role in need.Roles)
            {
                roles[role] = chosen;
            }

            rest = need.Roles.Count == 0 ? chosen : rest;
        }

        return new RunLease(rest, roles.Count > 0 ? roles : null);
    }

    private List<LeasedDevice>? Choose(DeviceNeed need, string run) => need.Kind == DeviceKind.Cuda ? ChooseCuda(need, run) : ChooseCpus(need, run);

    private List<LeasedDevice>? ChooseCuda(DeviceNeed need, string run)
    {
        List<LeasedDevice> free =
        [
            .. from silo in _silos
               where !silo.Draining
               from device in silo.Cuda
               where Holder(silo.Silo, device.Name) is null && need.Fits(silo, device) && _kept.GetValueOrDefault((silo.Silo, device.Name), run) == run
               orderby silo.Name, device.MemoryBytes // the least that does
               select new LeasedDevice(silo.Silo, silo.Name, device.Name, need.Memory),
        ];
        if (free.Count < need.Count)
        {
            return null;
        }

        // The tightest silo that holds all of it, else those with the most.
        var silos = free.GroupBy(each => each.Silo, StringComparer.Ordinal).ToList();
        IEnumerable<LeasedDevice> order = silos.Where(group => group.Count() >= need.Count).MinBy(group => group.Count()) is { } one
            ? one
            : silos.OrderByDescending(group => group.Count()).SelectMany(group => group);
        return [.. order.Take(need.Count)];
    }

    /// <summary>Replicas spread over the silos with the fewest places so far.</summary>
    private List<LeasedDevice>? ChooseCpus(DeviceNeed need, string run)
    {
        SiloReport[] silos = [.. _silos.Where(silo => !silo.Draining && need.InPool(silo) && (need.Memory == 0 || _keptCpus.GetValueOrDefault(silo.Silo, run) == run))];
        Dictionary<string, int> mine = silos.ToDictionary(silo => silo.Silo, _ => 0, StringComparer.Ordinal);
        List<LeasedDevice> chosen = [];
        while (chosen.Count < need.Count)
        {
            if (silos.Where(silo => need.Memory == 0 || Free(silo) >= need.Memory * (mine[silo.Silo] + 1))
                .MinBy(silo => (_cpus.GetValueOrDefault(silo.Silo).Places + mine[silo.Silo], silo.Name)) is not { } next)
            {
                return null;
            }

            mine[next.Silo]++;
            chosen.Add(new LeasedDevice(next.Silo, next.Name, "cpu", need.Memory));
        }

        return chosen;
    }

    private long Free(SiloReport silo) => (silo.MemoryBytes >> 20) - Memory(silo.Silo);

    private void Keep(WaitingRun run)
    {
        foreach (DeviceNeed need in run.Needs)
        {
            foreach (SiloReport silo in _silos.Where(need.InPool))
            {
                if (need.Kind == DeviceKind.Cpu)
                {
                    _keptCpus.TryAdd(silo.Silo, run.Folder.Name);
                    continue;
                }

                foreach (CudaDevice device in silo.Cuda.Where(device => need.Fits(silo, device)))
                {
                    _kept.TryAdd((silo.Silo, device.Name), run.Folder.Name);
                }
            }
        }
    }

    private void Hold(string run, LeasedDevice place)
    {
        if (place.Device.StartsWith("cuda", StringComparison.Ordinal))
        {
            _held[(place.Silo, place.Device)] = run;
        }
        else
        {
            Share(place, 1);
        }
    }

    private void Release(LeasedDevice place)
    {
        if (!_held.Remove((place.Silo, place.Device)))
        {
            Share(place, -1);
        }
    }

    private void Share(LeasedDevice place, int sign)
    {
        (long memory, int places) = _cpus.GetValueOrDefault(place.Silo);
        _cpus[place.Silo] = (memory + (sign * place.Memory), places + sign);
    }
}
