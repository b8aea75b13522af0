using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Hosting;

/// <summary>Adds filters to a silo.</summary>
public static class GrainCallFilterSiloBuilderExtensions
{
    /// <summary>Adds a filter of incoming calls.</summary>
    public static ISiloBuilder AddIncomingGrainCallFilter(this ISiloBuilder builder, IIncomingGrainCallFilter filter)
        => builder.ConfigureServices(services => services.AddSingleton(filter));

    /// <summary>Adds a filter of incoming calls.</summary>
    public static ISiloBuilder AddIncomingGrainCallFilter<TImplementation>(this ISiloBuilder builder) where TImplementation : class, IIncomingGrainCallFilter
        => builder.ConfigureServices(services => services.AddSingleton<IIncomingGrainCallFilter, TImplementation>());

    /// <summary>Adds a filter of incoming calls.</summary>
    public static ISiloBuilder AddIncomingGrainCallFilter(this ISiloBuilder builder, IncomingGrainCallFilterDelegate filter)
        => builder.AddIncomingGrainCallFilter(new IncomingFilter(filter));

    /// <summary>Adds a filter of outgoing calls.</summary>
    public static ISiloBuilder AddOutgoingGrainCallFilter(this ISiloBuilder builder, IOutgoingGrainCallFilter filter)
        => builder.ConfigureServices(services => services.AddSingleton(filter));

    /// <summary>Adds a filter of outgoing calls.</summary>
    public static ISiloBuilder AddOutgoingGrainCallFilter<TImplementation>(this ISiloBuilder builder) where TImplementation : class, IOutgoingGrainCallFilter
        => builder.ConfigureServices(services => services.AddSingleton<IOutgoingGrainCallFilter, TImplementation>());

    /// <summary>Adds a filter of outgoing calls.</summary>
    public static ISiloBuilder AddOutgoingGrainCallFilter(this ISiloBuilder builder, OutgoingGrainCallFilterDelegate filter)
        => builder.AddOutgoingGrainCallFilter(new OutgoingFilter(filter));
}

/// <summary>Adds filters to a client.</summary>
public static class ClientBuilderGrainCallFilterExtensions
{
    /// <summary>Adds a filter of calls of observers.</summary>
    public static IClientBuilder AddIncomingGrainCallFilter<TImplementation>(this IClientBuilder builder) where TImplementation : class, IIncomingGrainCallFilter
        => builder.ConfigureServices(services => services.AddSingleton<IIncomingGrainCallFilter, TImplementation>());

    /// <summary>Adds a filter of outgoing calls.</summary>
    public static IClientBuilder AddOutgoingGrainCallFilter(this IClientBuilder builder, IOutgoingGrainCallFilter filter)
        => builder.ConfigureServices(services => services.AddSingleton(filter));

    /// <summary>Adds a filter of outgoing calls.</summary>
    public static IClientBuilder AddOutgoingGrainCallFilter<TImplementation>(this IClientBuilder builder) where TImplementation : class, IOutgoingGrainCallFilter
        => builder.ConfigureServices(services => services.AddSingleton<IOutgoingGrainCallFilter, TImplementation>());

    /// <summary>Adds a filter of outgoing calls.</summary>
    public static IClientBuilder AddOutgoingGrainCallFilter(this IClientBuilder builder, OutgoingGrainCallFilterDelegate filter)
        => builder.AddOutgoingGrainCallFilter(new OutgoingFilter(filter));
}

internal sealed class IncomingFilter(IncomingGrainCallFilterDelegate filter) : IIncomingGrainCallFilter
{
    public Task Invoke(IIncomingGrainCallContext context) => filter(context);
}

internal sealed class OutgoingFilter(OutgoingGrainCallFilterDelegate filter) : IOutgoingGrainCallFilter
{
    public Task Invoke(IOutgoingGrainCallContext context) => filter(context);
}
