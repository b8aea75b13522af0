using System.Collections.ObjectModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Runtime;

namespace Orleans.TestingHost;

/// <summary>Several logical silos and a client in this process, which tests stop and kill.</summary>
public class TestCluster : IDisposable, IAsyncDisposable
{
    private readonly Dictionary<string, string?> _properties;
    private readonly Action<IConfigurationBuilder>[] _configure;
    private readonly string _key;
    private readonly List<SiloHandle> _additional = [];
    private int _started;
    private IHost? _client;

    internal TestCluster(TestClusterOptions options, Dictionary<string, string?> properties, Action<IConfigurationBuilder>[] configure)
    {
        Options = options;
        _properties = properties;
        _configure = configure;
        _key = $"test:{options.ClusterId}";
    }

    /// <summary>The cluster's options.</summary>
    public TestClusterOptions Options { get; }

    /// <summary>The first silo; null once it has ended.</summary>
    public SiloHandle? Primary { get; private set; }

    /// <summary>The other silos.</summary>
    public IReadOnlyList<SiloHandle> SecondarySilos
    {
        get
        {
            lock (_additional) return [.. _additional];
        }
    }

    /// <summary>All silos, the first one first.</summary>
    public ReadOnlyCollection<SiloHandle> Silos => new([.. Primary is null ? [] : new[] { Primary }, .. SecondarySilos]);

    /// <summary>The client.</summary>
    public IClusterClient Client => ServiceProvider.GetRequiredService<IClusterClient>();

    /// <summary>The client, as what makes references.</summary>
    public IGrainFactory GrainFactory => Client;

    /// <summary>The client's services.</summary>
    public IServiceProvider ServiceProvider => _client?.Services ?? throw new InvalidOperationException("The client is not initialized: deploy the cluster first.");

    /// <summary>Starts silos and client.</summary>
    public void Deploy() => Task.Run(DeployAsync).GetAwaiter().GetResult();

    /// <summary>Starts silos and client.</summary>
    public async Task DeployAsync()
    {
        if (Silos.Count > 0) throw new InvalidOperationException("Cluster host already deployed.");
        Primary = await StartAsync().ConfigureAwait(false);
        await StartAdditionalSilosAsync(Options.InitialSilosCount - 1).ConfigureAwait(false);
        if (Options.InitializeClientOnDeploy) await InitializeClientAsync().ConfigureAwait(false);
    }

    /// <summary>Starts the client.</summary>
    public async Task InitializeClientAsync()
    {
        var host = TestClusterHosts.CreateClient(Options, _key, Configuration);
        await host.StartAsync().ConfigureAwait(false);
        _client = host;
    }

    /// <summary>Starts one more silo.</summary>
    public SiloHandle StartAdditionalSilo(bool startAdditionalSiloOnNewPort = false)
        => Task.Run(() => StartAdditionalSiloAsync(startAdditionalSiloOnNewPort)).GetAwaiter().GetResult();

    /// <summary>Starts one more silo.</summary>
    public async Task<SiloHandle> StartAdditionalSiloAsync(bool startAdditionalSiloOnNewPort = false)
        => (await StartAdditionalSilosAsync(1, startAdditionalSiloOnNewPort).ConfigureAwait(false))[0];

    /// <summary>Starts more silos.</summary>
    public async Task<List<SiloHandle>> StartAdditionalSilosAsync(int silosToStart, bool startAdditionalSiloOnNewPort = false)
    {
        var started = new List<SiloHandle>();
        for (var i = 0; i < silosToStart; i++)
        {
            started.Add(await StartAsync().ConfigureAwait(false));
            lock (_additional) _additional.Add(started[^1]);
        }

        return started;
    }

    /// <summary>Stops a silo in good order.</summary>
    public Task StopSiloAsync(SiloHandle instance) => EndAsync(instance, stopGracefully: true);

    /// <summary>Ends a silo at once, as a crash would.</summary>
    public Task KillSiloAsync(SiloHandle instance) => EndAsync(instance, stopGracefully: false);

    /// <summary>Stops a silo and starts one of the same name.</summary>
    public async Task<SiloHandle?> RestartSiloAsync(SiloHandle instance)
    {
        var wasPrimary = instance == Primary;
        await StopSiloAsync(instance).ConfigureAwait(false);
        var silo = await StartAsync(instance.InstanceNumber, instance.Name).ConfigureAwait(false);
        if (wasPrimary) Primary = silo;
        else lock (_additional) _additional.Add(silo);
        return silo;
    }

    /// <summary>Stops the secondary silos.</summary>
    public async Task StopSecondarySilosAsync()
    {
        foreach (var silo in SecondarySilos.Reverse()) await StopSiloAsync(silo).ConfigureAwait(false);
    }

    /// <summary>Stops the first silo.</summary>
    public Task StopPrimarySiloAsync() => StopSiloAsync(Primary ?? throw new InvalidOperationException("There is no primary silo"));

    /// <summary>Stops client and silos.</summary>
    public async Task StopAllSilosAsync()
    {
        await StopClusterClientAsync().ConfigureAwait(false);
        await StopSecondarySilosAsync().ConfigureAwait(false);
        if (Primary is not null) await StopPrimarySiloAsync().ConfigureAwait(false);
    }

    /// <summary>Stops client and silos.</summary>
    public void StopAllSilos() => Task.Run(StopAllSilosAsync).GetAwaiter().GetResult();

    /// <summary>Stops the client.</summary>
    public async Task StopClusterClientAsync()
    {
        if (_client is not { } client) return;
        await client.StopAsync().ConfigureAwait(false);
    }

    /// <summary>Ends the client at once.</summary>
    public async Task KillClientAsync()
    {
        await StopClusterClientAsync().ConfigureAwait(false);
        _client?.Dispose();
        _client = null;
    }

    /// <summary>Here every silo knows at once what became of the others.</summary>
    public Task WaitForLivenessToStabilizeAsync(bool didKill = false) => Task.CompletedTask;

    /// <summary>The silos that run.</summary>
    public IEnumerable<SiloHandle> GetActiveSilos() => Silos.Where(silo => silo.IsActive);

    /// <summary>The silo with that address.</summary>
    public SiloHandle? GetSiloForAddress(SiloAddress siloAddress) => Silos.FirstOrDefault(silo => silo.SiloAddress.Equals(siloAddress));

    /// <summary>The services of a silo, of the first one for null.</summary>
    public IServiceProvider GetSiloServiceProvider(SiloAddress? silo = null)
        => ((InProcessSiloHandle)(silo is null ? Silos[0] : GetSiloForAddress(silo) ?? throw new ArgumentException($"The target silo \"{silo}\" is not known.", nameof(silo)))).SiloHost.Services;

    /// <inheritdoc />
    public void Dispose()
    {
        Task.Run(async () => await DisposeAsync()).GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_client is IAsyncDisposable client)
        {
            await StopClusterClientAsync().ConfigureAwait(false);
            await client.DisposeAsync().ConfigureAwait(false);
        }

        foreach (var silo in Silos.Reverse()) await silo.DisposeAsync().ConfigureAwait(false);
        ClusterRegistry.Forget(_key);
        GC.SuppressFinalize(this);
    }

    private async Task EndAsync(SiloHandle silo, bool stopGracefully)
    {
        if (Primary == silo) Primary = null;
        lock (_additional) _additional.Remove(silo);
        await silo.StopSiloAsync(stopGracefully).ConfigureAwait(false);
        await silo.DisposeAsync().ConfigureAwait(false);
    }

    private Task<SiloHandle> StartAsync()
    {
        var number = _started++;
        return StartAsync((short)number, number == 0 ? "Primary" : $"Secondary_{number}");
    }

    private async Task<SiloHandle> StartAsync(short number, string name)
    {
        var host = TestClusterHosts.CreateSilo(Options, _key, name, number, Configuration);
        await Task.Run(() => host.StartAsync()).ConfigureAwait(false);
        var details = host.Services.GetRequiredService<ILocalSiloDetails>();
        return new InProcessSiloHandle
        {
            ClusterOptions = Options,
            InstanceNumber = number,
            Name = name,
            SiloHost = host,
            SiloAddress = details.SiloAddress,
            GatewayAddress = details.GatewayAddress,
        };
    }

    private void Configuration(IConfigurationBuilder builder)
    {
        builder.AddInMemoryCollection(_properties);
        foreach (var configure in _configure) configure(builder);
    }
}
