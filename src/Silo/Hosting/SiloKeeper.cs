using System.Globalization;
using Cluster.Contracts;
using Cluster.Grains;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Cluster.Silo;

/// <summary>
/// Reports to the cluster every few seconds, so that somebody always looks after the queue and after runs that a lost silo
/// left behind; and lets the silo's runs go before it leaves.
/// </summary>
internal sealed class SiloKeeper(SiloLife life, SiloSettings settings, ILogger<SiloKeeper> logger) : BackgroundService
{
    private readonly string _http = string.Create(CultureInfo.InvariantCulture, $"{settings.Http.IP}:{settings.Http.Port}");

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        logger.LogInformation("Leaving: runs are checkpointed and go on elsewhere");
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // The last quarter of the grace period is the silo's own, to leave the list of members.
        patience.CancelAfter(TimeSpan.FromSeconds(settings.Node.Grace * 0.75));
        Task drain = life.Drain(patience.Token);
        await Beat(patience.Token);
        await drain;
        logger.LogInformation("No run is left here");
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        TimeSpan interval = TimeSpan.FromSeconds(settings.Queue.Interval);
        while (!stoppingToken.IsCancellationRequested)
        {
            await Beat(stoppingToken);
            await Task.Delay(interval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task Beat(CancellationToken patience)
    {
        try
        {
            SiloReport report = await Task.Run(() => life.Report(_http, settings.Devices.Cuda), patience);
            await life.Beat(report).WaitAsync(TimeSpan.FromSeconds(30), patience);
        }
        catch (Exception problem) when (problem is OrleansException or TimeoutException or OperationCanceledException)
        {
            logger.LogDebug("The cluster does not take the report yet: {Problem}", problem.Message);
        }
    }
}
