using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Runtime;

/// <summary>What calls are sent from: a silo or a client.</summary>
internal abstract class Node(ClusterHub hub, IServiceProvider services)
{
    private GrainFactory? _grainFactory;
    private IOutgoingGrainCallFilter[]? _outgoingFilters;

    public ClusterHub Hub { get; } = hub;

    public IServiceProvider Services { get; } = services;

    public GrainFactory GrainFactory => _grainFactory ??= new(this);

    public IOutgoingGrainCallFilter[] OutgoingFilters => _outgoingFilters ??= [.. Services.GetServices<IOutgoingGrainCallFilter>()];

    public abstract TimeSpan ResponseTimeout { get; }

    /// <summary>Killed or stopped: it sends nothing and learns nothing any more.</summary>
    public bool Dead { get; protected set; }
}
