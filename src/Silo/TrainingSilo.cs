using Cluster.Grains;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;

namespace Cluster.Silo;

/// <summary>A silo inside the present process: a cluster of one.</summary>
public sealed class TrainingSilo : IAsyncDisposable
{
    private readonly IHost _host;

    private TrainingSilo(IHost host) => _host = host;

    /// <summary>Reaches the actors.</summary>
    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    /// <summary>Starts a silo on free ports of the loopback interface.</summary>
    /// <param name="options">Where data and runs are.</param>
    /// <param name="verbose">Whether Orleans' own log goes to standard error.</param>
    public static async Task<TrainingSilo> Start(TrainingOptions options, bool verbose = false)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        if (verbose)
        {
            builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        }

        builder.Services.AddSingleton<IHostLifetime, Embedded>();
        builder.AddTelemetry();
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering(Endpoints.FreePort(), Endpoints.FreePort())
            .AddTraining(options));
        IHost host = builder.Build();
        await host.StartAsync();
        return new TrainingSilo(host);
    }

    /// <summary>Stops the silo; runs in it are paused with a checkpoint.</summary>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    /// <summary>Signals belong to the process, not to a silo inside it.</summary>
    internal sealed class Embedded : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
