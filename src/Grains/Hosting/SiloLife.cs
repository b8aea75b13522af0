using Cluster.Contracts;

namespace Cluster.Grains;

/// <summary>What a host sees of the actors' side: reports, and leaving in good order.</summary>
public sealed class SiloLife
{
    private readonly SiloWork _work;
    private readonly Heartbeat _heart;
    private readonly IGrainFactory _grains;

    internal SiloLife(SiloWork work, Heartbeat heart, IGrainFactory grains) => (_work, _heart, _grains) = (work, heart, grains);

    /// <summary>Whether the silo leaves.</summary>
    public bool Draining => _work.Draining;

    /// <summary>The present report. The first may take seconds: it loads libtorch to ask for CUDA devices.</summary>
    /// <param name="http">Where health and status are.</param>
    /// <param name="cuda">CUDA devices that the silo offers; −1 for all.</param>
    public SiloReport Report(string http, int cuda) => _heart.Report(http, cuda);

    /// <summary>Tells the cluster that the silo is there.</summary>
    public Task Beat(SiloReport report) => _heart.Beat(report);

    /// <summary>Checkpoints what the silo holds, to go on elsewhere.</summary>
    public Task Drain(CancellationToken patience) => _work.Drain(_grains, patience);

    /// <summary>Whether the silo reaches no other and not the list of silos either. While it is, it trains nothing.</summary>
    public bool CutOff
    {
        get => _work.CutOff;
        set => _work.SetCutOff(value);
    }
}
