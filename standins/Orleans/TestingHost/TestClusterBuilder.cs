using Microsoft.Extensions.Configuration;

namespace Orleans.TestingHost;

/// <summary>Builds a test cluster.</summary>
public class TestClusterBuilder
{
    private static int _clusters;
    private readonly List<Action<IConfigurationBuilder>> _configure = [];

    /// <summary>A cluster of two silos.</summary>
    public TestClusterBuilder() : this(2) { }

    /// <summary>A cluster of that many silos.</summary>
    public TestClusterBuilder(short initialSilosCount)
    {
        // Nothing listens at these numbers; a cluster is long gone when its own come round again.
        var port = 20000 + (200 * ((Interlocked.Increment(ref _clusters) - 1) % 225));
        Options = new()
        {
            InitialSilosCount = initialSilosCount,
            ClusterId = CreateClusterId(),
            ServiceId = Guid.NewGuid().ToString("N"),
            BaseSiloPort = port,
            BaseGatewayPort = port + 100,
        };
    }

    /// <summary>Values that the configuration of each host holds.</summary>
    public Dictionary<string, string?> Properties { get; } = [];

    /// <summary>The cluster's options.</summary>
    public TestClusterOptions Options { get; }

    /// <summary>A name that no other cluster has.</summary>
    public static string CreateClusterId() => $"testcluster-{Guid.NewGuid():N}";

    /// <summary>Adds to the configuration of each host.</summary>
    public TestClusterBuilder ConfigureHostConfiguration(Action<IConfigurationBuilder> configureDelegate)
    {
        _configure.Add(configureDelegate);
        return this;
    }

    /// <summary>Adds an <see cref="ISiloConfigurator"/> or <see cref="IHostConfigurator"/> for silos.</summary>
    public TestClusterBuilder AddSiloBuilderConfigurator<T>() where T : new()
    {
        if (!typeof(ISiloConfigurator).IsAssignableFrom(typeof(T)) && !typeof(IHostConfigurator).IsAssignableFrom(typeof(T)))
            throw new ArgumentException($"The type {typeof(T)} is not assignable to either {nameof(ISiloConfigurator)} or {nameof(IHostConfigurator)}");
        Options.SiloBuilderConfiguratorTypes.Add(typeof(T).AssemblyQualifiedName);
        return this;
    }

    /// <summary>Adds an <see cref="IClientBuilderConfigurator"/> or <see cref="IHostConfigurator"/> for the client.</summary>
    public TestClusterBuilder AddClientBuilderConfigurator<T>() where T : new()
    {
        if (!typeof(IClientBuilderConfigurator).IsAssignableFrom(typeof(T)) && !typeof(IHostConfigurator).IsAssignableFrom(typeof(T)))
            throw new ArgumentException($"The type {typeof(T)} is not assignable to either {nameof(IClientBuilderConfigurator)} or {nameof(IHostConfigurator)}");
        Options.ClientBuilderConfiguratorTypes.Add(typeof(T).AssemblyQualifiedName);
        return this;
    }

    /// <summary>Makes the cluster; it runs from <see cref="TestCluster.DeployAsync"/> on.</summary>
    public TestCluster Build() => new(Options, new Dictionary<string, string?>(Properties), [.. _configure]);
}
