using System.Net;
using Cluster.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;

namespace Cluster.Silo;

/// <summary>A client of a cluster of other processes.</summary>
public sealed partial class ClusterConnection : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // Orleans would show the same token again and again. Where one gateway is another cluster's, the others get this long to answer.
    private static readonly TimeSpan PatienceAfterRefusal = TimeSpan.FromSeconds(1);

    private readonly IHost _host;

    private ClusterConnection(IHost host) => _host = host;

    /// <summary>Reaches the actors.</summary>
    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    /// <summary>Connects.</summary>
    /// <param name="gateways">Silos' ports for clients; one that answers is enough.</param>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="tls">The client's certificate, where the cluster speaks TLS.</param>
    /// <param name="token">The token of the cluster's clients; null where it asks for none.</param>
    /// <param name="verbose">Whether Orleans' own log goes to standard error.</param>
    /// <exception cref="InputException">Nothing answers, the token is not the cluster's, or this build reaches no other process.</exception>
    public static async Task<ClusterConnection> Open(IReadOnlyList<IPEndPoint> gateways, string cluster, TlsOptions tls, string? token, bool verbose)
    {
        if (!Clustering.ReachesOthers)
        {
            throw new InputException($"--connect: {Clustering.NeedsOrleans}");
        }

        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        if (verbose)
        {
            builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        }

        builder.Services.AddSingleton<IHostLifetime, TrainingSilo.Embedded>();
        TaskCompletionSource<string> refusal = new(TaskCreationOptions.RunContinuationsAsynchronously);
        builder.UseOrleansClient(client => Configure(client, gateways, cluster, tls, token, why => refusal.TrySetResult(why)));
        IHost host = builder.Build();
        string where = string.Join(", ", gateways);
        try
        {
            using CancellationTokenSource patience = new(Patience);
            Task start = host.StartAsync(patience.Token);
            if (await Task.WhenAny(start, refusal.Task) != start)
            {
                patience.CancelAfter(PatienceAfterRefusal);
            }

            await start;
            return new ClusterConnection(host);
        }
        catch (Exception problem) when (problem is not InputException)
        {
            host.Dispose();
            throw new InputException(refusal.Task.IsCompleted ? $"--connect {await refusal.Task}" :
                $"--connect {where}: no silo of cluster '{cluster}' answers there ({problem.GetBaseException().Message.Split('\n')[0].TrimEnd('.')}); name a silo's port for clients, as ./cluster status shows it, and the cluster's own certificates where it speaks TLS");
        }
    }

    /// <summary>Leaves.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            using CancellationTokenSource patience = new(TimeSpan.FromSeconds(5));
            await _host.StopAsync(patience.Token);
        }
        catch (Exception gone) when (gone is not OutOfMemoryException)
        {
            // The cluster may have gone first.
        }

        _host.Dispose();
    }

    static partial void Configure(IClientBuilder client, IReadOnlyList<IPEndPoint> gateways, string cluster, TlsOptions tls, string? token, Action<string> refused);
}
