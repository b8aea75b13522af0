using Cluster.Contracts;
using Orleans.Runtime;

namespace Cluster.Grains;

/// <summary>Tells the cluster that this silo is there, and learns of the others. As a side of it somebody always looks after the queue.</summary>
internal sealed class Heartbeat(
    SiloServices silo, TrainingOptions options, SiloBook book, ILocalSiloDetails details, DevicePool devices, IGrainFactory grains)
{
    private readonly DateTimeOffset _since = silo.Time.GetUtcNow();
    private string _http = "";
    private CudaDevice[]? _cuda;

    /// <summary>The present report.</summary>
    /// <param name="http">Where health and status are.</param>
    /// <param name="cuda">CUDA devices that the silo offers; −1 for all.</param>
    public SiloReport Report(string http, int cuda)
    {
        _http = http;
        _cuda ??= Find(cuda);
        return Report();
    }

    /// <summary>The present report, where health and status were told before.</summary>
    public SiloReport Report()
    {
        CudaDevice[] found = _cuda ??= Find(-1);
        return new SiloReport(
            details.SiloAddress.ToParsableString(),
            details.Name,
            details.GatewayAddress?.Endpoint.ToString() ?? "",
            _http,
            _since,
            silo.Work.Draining,
            Environment.ProcessorCount,
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            Environment.WorkingSet,
            found,
            silo.Work.Actors,
            silo.Work.Runs,
            options.Pool);
    }

    private CudaDevice[] Find(int most) =>
        [.. Enumerable.Range(0, most < 0 ? devices.CudaCount : Math.Min(most, devices.CudaCount)).Select(devices.Describe)];

    /// <summary>Sends a report.</summary>
    public async Task Beat(SiloReport report) => book.Take(await grains.GetGrain<IClusterGrain>(0).Report(report));
}
