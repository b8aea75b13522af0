using System.Globalization;
using Cluster.Contracts;
using Orleans.Runtime;

namespace Cluster.Grains;

/// <summary>Tells the cluster that this silo is there, and learns of the others. As a side of it somebody always looks after the queue.</summary>
internal sealed class Heartbeat(SiloServices silo, SiloBook book, ILocalSiloDetails details, DevicePool devices, IGrainFactory grains)
{
    private readonly DateTimeOffset _since = silo.Time.GetUtcNow();
    private int? _cuda;

    /// <summary>The present report.</summary>
    /// <param name="http">Where health and status are.</param>
    /// <param name="cuda">CUDA devices that the silo offers; −1 for all.</param>
    public SiloReport Report(string http, int cuda)
    {
        _cuda ??= cuda < 0 ? devices.CudaCount : Math.Min(cuda, devices.CudaCount);
        return new SiloReport(
            details.SiloAddress.ToParsableString(),
            details.Name,
            details.GatewayAddress?.Endpoint.ToString() ?? "",
            http,
            _since,
            silo.Work.Draining,
            Environment.ProcessorCount,
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            Environment.WorkingSet,
            [.. Enumerable.Range(0, _cuda.Value).Select(index => new CudaDevice("cuda:" + index.ToString(CultureInfo.InvariantCulture), null))],
            silo.Work.Actors,
            silo.Work.Runs);
    }

    /// <summary>Sends a report.</summary>
    public async Task Beat(SiloReport report) => book.Take(await grains.GetGrain<IClusterGrain>(0).Report(report));
}
