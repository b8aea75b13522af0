using System.Globalization;
using Cluster.Contracts;
using Cluster.Grains;
using Orleans.Runtime;

namespace Cluster.Silo;

/// <summary>What a silo is and does, for <c>/status</c>.</summary>
internal sealed class SiloStatusPage(ISiloStatusOracle silos, SiloLife life, SiloBook book, SiloSettings settings)
{
    /// <summary>Whether the silo takes calls.</summary>
    public bool IsReady => silos.CurrentStatus == SiloStatus.Active && !life.Draining;

    /// <summary>One word.</summary>
    public string State => life.Draining ? "draining" : silos.CurrentStatus.ToString().ToLowerInvariant();

    /// <summary>All of it.</summary>
    public async Task<Page> Read()
    {
        SiloReport report = await Task.Run(() => life.Report(string.Create(CultureInfo.InvariantCulture, $"{settings.Http.IP}:{settings.Http.Port}"), settings.Devices.Cuda));
        return new Page(
            State,
            settings.Node.Cluster,
            typeof(SiloStatusPage).Assembly.GetName().Version?.ToString(3) ?? "",
            report,
            silos.GetApproximateSiloStatuses().ToDictionary(
                each => silos.TryGetSiloName(each.Key, out string? name) && name is not null ? $"{name} {each.Key.ToParsableString()}" : each.Key.ToParsableString(),
                each => each.Value.ToString().ToLowerInvariant(),
                StringComparer.Ordinal),
            [.. book.Silos.Values.Select(each => each.Name).Order(StringComparer.Ordinal)]);
    }

    /// <summary>The page.</summary>
    /// <param name="State">One word: active, draining, joining.</param>
    /// <param name="Cluster">The cluster's name.</param>
    /// <param name="Version">The program's version.</param>
    /// <param name="Silo">What the silo reports of itself.</param>
    /// <param name="Members">Every silo that this one knows, with its status.</param>
    /// <param name="Reporting">Names of the silos that report to the cluster.</param>
    internal sealed record Page(
        string State, string Cluster, string Version, SiloReport Silo, IReadOnlyDictionary<string, string> Members, IReadOnlyList<string> Reporting);
}
