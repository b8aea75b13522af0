using Cluster.Contracts;

namespace Cluster.Grains;

/// <summary>What this silo knows of all silos: their last reports, as the cluster's grain handed them back.</summary>
public sealed class SiloBook
{
    private volatile IReadOnlyDictionary<string, SiloReport> _silos = new Dictionary<string, SiloReport>(StringComparer.Ordinal);

    /// <summary>The last reports by the silos' addresses.</summary>
    public IReadOnlyDictionary<string, SiloReport> Silos => _silos;

    /// <summary>Takes new reports.</summary>
    public void Take(IEnumerable<SiloReport> reports) => _silos = reports.ToDictionary(report => report.Silo, StringComparer.Ordinal);

    /// <summary>Whether a silo leaves, as far as this one knows.</summary>
    public bool IsDraining(string silo) => _silos.TryGetValue(silo, out SiloReport? report) && report.Draining;

    /// <summary>Whether a silo has a CUDA device, as far as this one knows.</summary>
    public bool HasCuda(string silo) => _silos.TryGetValue(silo, out SiloReport? report) && report.Cuda.Count > 0;
}
