using Microsoft.Extensions.Hosting;
using Orleans.Runtime;

namespace Orleans.TestingHost;

/// <summary>One silo of a test cluster.</summary>
public abstract class SiloHandle : IDisposable, IAsyncDisposable
{
    /// <summary>The cluster's options.</summary>
    public TestClusterOptions? ClusterOptions { get; set; }

    /// <summary>The silo's number.</summary>
    public short InstanceNumber { get; set; }

    /// <summary>The silo's name.</summary>
    public string Name { get; set; } = "";

    /// <summary>The silo's address.</summary>
    public SiloAddress SiloAddress { get; set; } = SiloAddress.Zero;

    /// <summary>Its gateway's address.</summary>
    public SiloAddress GatewayAddress { get; set; } = SiloAddress.Zero;

    /// <summary>Whether it runs.</summary>
    public abstract bool IsActive { get; }

    /// <summary>Stops it, in good order or at once.</summary>
    public abstract Task StopSiloAsync(bool stopGracefully);

    /// <summary>Stops it, in good order until the token says enough.</summary>
    public abstract Task StopSiloAsync(CancellationToken ct);

    /// <inheritdoc />
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc />
    public abstract ValueTask DisposeAsync();

    /// <inheritdoc />
    public override string ToString() => SiloAddress.ToString();

    /// <summary>Frees what it holds.</summary>
    protected virtual void Dispose(bool disposing) { }
}

/// <summary>One silo of a test cluster, within this process.</summary>
public class InProcessSiloHandle : SiloHandle
{
    private bool _active = true;

    /// <summary>The silo's host.</summary>
    public IHost SiloHost { get; init; } = null!;

    /// <summary>The silo's services.</summary>
    public IServiceProvider ServiceProvider => SiloHost.Services;

    /// <inheritdoc />
    public override bool IsActive => _active;

    /// <inheritdoc />
    public override Task StopSiloAsync(bool stopGracefully) => StopSiloAsync(new CancellationToken(canceled: !stopGracefully));

    /// <inheritdoc />
    public override async Task StopSiloAsync(CancellationToken ct)
    {
        if (!_active) return;
        try
        {
            await Task.Run(() => SiloHost.StopAsync(ct), CancellationToken.None).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // A host says so when it is stopped at once.
        }
        finally
        {
            _active = false;
        }
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        await StopSiloAsync(true).ConfigureAwait(false);
        if (SiloHost is IAsyncDisposable host) await host.DisposeAsync().ConfigureAwait(false);
        else SiloHost.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (!disposing) return;
        StopSiloAsync(true).GetAwaiter().GetResult();
        SiloHost.Dispose();
    }
}
