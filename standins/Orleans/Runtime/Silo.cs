using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Runtime;

/// <summary>A logical silo: a member of the cluster that holds activations and has services of its own.</summary>
internal sealed class Silo(ClusterHub hub, IServiceProvider services, string name, SiloAddress address, SiloAddress gateway) : Node(hub, services)
{
    private readonly ConcurrentDictionary<GrainId, WorkerPool> _workers = new();
    private IIncomingGrainCallFilter[]? _incomingFilters;
    private Timer? _collector;

    public string Name { get; } = name;

    public SiloAddress Address { get; } = address;

    public SiloAddress Gateway { get; } = gateway;

    public SiloStatus Status { get; private set; } = SiloStatus.Created;

    public ILogger Logger { get; } = services.GetRequiredService<ILoggerFactory>().CreateLogger("Orleans.Silo");

    public override TimeSpan ResponseTimeout { get; } = services.GetRequiredService<IOptions<SiloMessagingOptions>>().Value.ResponseTimeout;

    public IIncomingGrainCallFilter[] IncomingFilters => _incomingFilters ??= [.. Services.GetServices<IIncomingGrainCallFilter>()];

    public void Join()
    {
        Status = SiloStatus.Joining;
        Hub.Join(this);
    }

    public void BecomeActive()
    {
        Status = SiloStatus.Active;
        var options = Services.GetRequiredService<IOptions<GrainCollectionOptions>>().Value;
        using var _ = SuppressedFlow.Begin();
        _collector = new(_ => Collect(options), null, options.CollectionQuantum, options.CollectionQuantum);
    }

    /// <summary>Ends every activation in good order, then leaves.</summary>
    public async Task StopAsync(CancellationToken token)
    {
        if (Status == SiloStatus.Dead) return;
        Status = SiloStatus.ShuttingDown;
        _collector?.Dispose();
        while (!token.IsCancellationRequested && Activations() is { Length: > 0 } activations)
        {
            foreach (var activation in activations)
                activation.Deactivate(new(DeactivationReasonCode.ShuttingDown, "This process is terminating."), token);
            await Task.WhenAll(activations.Select(activation => activation.Deactivated)).WaitAsync(token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Kill();
    }

    /// <summary>Vanishes at once: no activation learns of it, and calls to them fail.</summary>
    public void Kill()
    {
        if (Dead) return;
        Dead = true;
        Status = SiloStatus.Dead;
        _collector?.Dispose();
        foreach (var activation in Activations()) activation.Kill();
        Hub.Pending.Abandon(this);
    }

    public WorkerPool WorkersOf(GrainId id, GrainClass grain) => _workers.GetOrAdd(id, _ => new(this, id, grain));

    public override string ToString() => Address.ToString();

    private Activation[] Activations() => [.. Hub.ActivationsOn(this), .. _workers.Values.SelectMany(pool => pool.All())];

    private void Collect(GrainCollectionOptions options)
    {
        foreach (var activation in Activations())
            activation.CollectIfIdle(options.ClassSpecificCollectionAge.GetValueOrDefault(activation.Class.Class.FullName!, options.CollectionAge));
    }
}
