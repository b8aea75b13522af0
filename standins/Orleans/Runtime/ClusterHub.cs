using System.Collections.Concurrent;
using Orleans.Runtime.Placement;
using Orleans.Storage;

namespace Orleans.Runtime;

/// <summary>What the logical silos of one cluster share: members, directory of activations, waiting calls, memory storage.</summary>
internal sealed class ClusterHub(string clusterId, string serviceId) : IDisposable
{
    private readonly ConcurrentDictionary<GrainId, Activation> _directory = new();
    private readonly ConcurrentDictionary<GrainId, LocalObject> _observers = new();
    private readonly ConcurrentDictionary<SiloAddress, Silo> _silos = new();
    private long _lastObserver;

    public string ClusterId { get; } = clusterId;

    public string ServiceId { get; } = serviceId;

    public PendingCalls Pending { get; } = new();

    /// <summary>Outlives every silo of the cluster, unlike Orleans', whose memory storage lives in grains and dies with their silo.</summary>
    public ConcurrentDictionary<string, MemoryStorageTable> Memory { get; } = new();

    /// <summary>All silos that ever were, dead ones too.</summary>
    public IEnumerable<Silo> Silos => _silos.Values;

    public Silo[] ActiveSilos => [.. _silos.Values.Where(silo => silo.Status == SiloStatus.Active).OrderBy(silo => silo.Address)];

    public IEnumerable<Activation> ActivationsOn(Silo silo) => _directory.Values.Where(activation => activation.Silo == silo);

    public void Join(Silo silo) => _silos[silo.Address] = silo;

    public Silo? Find(SiloAddress address) => _silos.GetValueOrDefault(address);

    public bool TryFind(GrainId id, out Activation? activation) => _directory.TryGetValue(id, out activation);

    public void Remove(Activation activation) => _directory.TryRemove(new(activation.GrainId, activation));

    public LocalObject AddObserver(Node node, object observer)
    {
        var id = GrainId.Create("sys.observer", $"{node}+{Interlocked.Increment(ref _lastObserver)}");
        return _observers[id] = new(id, node, observer);
    }

    public void RemoveObserver(GrainId id) => _observers.TryRemove(id, out _);

    /// <summary>Sends a call for the first time: registers it for its answer and finds its target.</summary>
    public void Send(Call call, GrainReference reference)
    {
        if (call.Sender.Dead)
        {
            // A turn of a killed silo goes no further; code outside of turns is told.
            if (call.SourceContext is null) call.Abandon();
            return;
        }

        call.Begin();
        call.Context = CopyContextOf(RequestContext.Current);
        if (!call.OneWay) Pending.Add(call);
        Route(call, reference);
    }

    /// <summary>Brings a call to the activation of its grain, making one where there is none.</summary>
    public void Route(Call call, GrainReference? reference)
    {
        try
        {
            while (true)
            {
                if (reference?.Cached is { } cached)
                {
                    if (cached.Receive(call)) return;
                    reference.Cached = null;
                }

                if (_directory.TryGetValue(call.Target, out var activation))
                {
                    if (activation.Receive(call))
                    {
                        if (reference is not null) reference.Cached = activation;
                        return;
                    }

                    Remove(activation);
                    continue;
                }

                if (_observers.TryGetValue(call.Target, out var observer))
                {
                    observer.Receive(call);
                    return;
                }

                // A call to an observer that was deleted is dropped: its sender waits until the time is up.
                if (call.Target.Type.ToString() == "sys.observer") return;
                var grain = GrainClass.Of(call.Target.Type);
                if (grain.Workers != 0)
                {
                    NearestSilo(call.Sender, call.Target).WorkersOf(call.Target, grain).Receive(call);
                    return;
                }

                var placing = PlacementService.Choose(this, grain, call);
                if (!placing.IsCompletedSuccessfully)
                {
                    _ = RouteLaterAsync(call, grain, placing);
                    return;
                }

                Activate(call.Target, grain, placing.Result);
            }
        }
        catch (Exception error)
        {
            call.Fail(error);
        }
    }

    /// <summary>The sender's own silo; for a client the one that would be its gateway for that grain.</summary>
    public Silo NearestSilo(Node sender, GrainId target)
    {
        if (sender is Silo { Status: SiloStatus.Active } silo) return silo;
        var active = ActiveSilos;
        if (active.Length == 0) throw new SiloUnavailableException($"Cluster '{ClusterId}' has no active silo.");
        return active[target.GetUniformHashCode() % (uint)active.Length];
    }

    public void Dispose() => Pending.Dispose();

    private async Task RouteLaterAsync(Call call, GrainClass grain, Task<SiloAddress> placing)
    {
        try
        {
            Activate(call.Target, grain, await placing.ConfigureAwait(false));
            Route(call, null);
        }
        catch (Exception error)
        {
            call.Fail(error);
        }
    }

    private void Activate(GrainId id, GrainClass grain, SiloAddress address)
    {
        if (Find(address) is not { Status: SiloStatus.Active } silo) throw new SiloUnavailableException($"Placement chose silo {address}, which is not active.");
        var made = new Activation(silo, id, grain);
        if (_directory.GetOrAdd(id, made) != made) return;
        if (silo.Dead) made.Kill();
        else made.Start();
    }

    private static Dictionary<string, object>? CopyContextOf(Dictionary<string, object>? values)
    {
        if (values is null) return null;
        Dictionary<string, object>? copy = null;
        foreach (var (key, value) in values)
        {
            if (value is null || Serialization.Copiers.IsSharedByType(value.GetType())) continue;
            (copy ??= new(values))[key] = new Serialization.CopyContext().Copy(value);
        }

        return copy ?? values;
    }
}
