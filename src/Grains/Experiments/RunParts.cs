using Cluster.Contracts.Runs;

namespace Cluster.Grains;

/// <summary>What the attempts of one run share.</summary>
/// <param name="silo">The carrier's.</param>
/// <param name="folder">The run's.</param>
/// <param name="blueprint">What is trained.</param>
/// <param name="progress">How far it is.</param>
/// <param name="log">The silo's, for words on this run.</param>
internal sealed class RunParts(SiloServices silo, RunFolder folder, Blueprint blueprint, RunProgress progress, RunLog log) : IAsyncDisposable
{
    public SiloServices Silo => silo;

    public RunFolder Folder => folder;

    public Blueprint Blueprint => blueprint;

    public RunProgress Progress => progress;

    public RunLog Log => log;

    public StepPlan Plan { get; } = new(blueprint.File);

    public RunJournal Journal { get; } = new(folder, silo.Time);

    public Watchdog Watchdog { get; } = new(silo.Time, TimeSpan.FromSeconds(blueprint.File.Recovery.StepLimit), blueprint.File.Recovery.Patience);

    public CheckpointWriter Checkpoints { get; } = new(folder, blueprint, silo);

    public Recoveries Recoveries { get; } = new(silo.Time, silo.InCluster, blueprint.File.Recovery.Attempts);

    public RunFindings Findings => field ??= new(blueprint, folder.Name, Journal, silo.Meter, log);

    /// <summary>Puts the run's state on disk.</summary>
    public void Save() => Journal.State(progress.File);

    /// <summary>Waits until all of the journal is on disk.</summary>
    public async ValueTask DisposeAsync()
    {
        Watchdog.Dispose();
        silo.Meter.Forget(folder.Name);
        await Closing.All([Journal.DisposeAsync().AsTask()]);
    }
}
