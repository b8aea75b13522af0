using System.Net.Sockets;
using Cluster.Grains;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Cluster.Silo;

/// <summary>
/// Notices that this silo is cut off: it can neither read the list of silos nor reach another that it knows. When the others must
/// have given it up, it lets its runs go, so that they can take them over; a run is held by a lock on its folder, which a silo
/// that only waits would keep. A list of silos that nobody can read while the silos reach each other is no such case.
/// </summary>
internal sealed class CutOff(IMembershipTable table, ISiloStatusOracle silos, SiloLife life, SiloSettings settings, TimeProvider time, ILogger<CutOff> logger) : BackgroundService
{
    private readonly TimeSpan _patience = TimeSpan.FromSeconds(Math.Max(1, settings.Membership.Probe));

    /// <summary>Probes and votes take the others about this long.</summary>
    private readonly TimeSpan _limit = TimeSpan.FromSeconds(Math.Max(2, settings.Membership.Probe * settings.Membership.Missed * 1.5));

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        long reached = time.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(_limit / 3, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (silos.CurrentStatus != SiloStatus.Active || await ReachesSomebody(stoppingToken))
            {
                reached = time.GetTimestamp();
                if (life.CutOff)
                {
                    life.CutOff = false;
                    logger.LogWarning("This silo reaches the others again");
                }
            }
            else if (!life.CutOff && !stoppingToken.IsCancellationRequested && time.GetElapsedTime(reached) > _limit)
            {
                logger.LogWarning("This silo has reached neither another nor the list of silos for {Seconds:0} s: its runs are let go, to go on elsewhere", time.GetElapsedTime(reached).TotalSeconds);
                life.CutOff = true;
            }
        }
    }

    private async Task<bool> ReachesSomebody(CancellationToken cancellation)
    {
        SiloAddress[] others = [.. silos.GetActiveSilos().Where(silo => !silo.Equals(silos.SiloAddress))];
        return others.Length == 0 || await Does(table.ReadRowAsync(silos.SiloAddress, cancellation), cancellation) || (await Task.WhenAll(others.Select(silo => Answers(silo, cancellation)))).Contains(true);
    }

    private async Task<bool> Answers(SiloAddress silo, CancellationToken cancellation)
    {
        using TcpClient tcp = new();
        return await Does(tcp.ConnectAsync(silo.Endpoint, cancellation).AsTask(), cancellation);
    }

    private async Task<bool> Does(Task work, CancellationToken cancellation)
    {
        try
        {
            await work.WaitAsync(_patience, time, cancellation);
            return true;
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            // Providers of the list have errors of their own kinds; each says that it cannot be read now.
            return false;
        }
    }
}
