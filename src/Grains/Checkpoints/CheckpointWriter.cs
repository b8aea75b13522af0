using System.Diagnostics;
using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Grains;

/// <summary>
/// Takes a run's checkpoints: the actors copy their state aside between two steps; they write the copies, and the manifest is
/// written last, while training goes on.
/// </summary>
internal sealed class CheckpointWriter(RunFolder run, Blueprint blueprint, SiloServices silo)
{
    /// <summary>How long the last writing took; zero before the first.</summary>
    public TimeSpan Last { get; private set; }

    /// <summary>The time to count on: the shorter one of the last two, whatever the clock did during one of them.</summary>
    public TimeSpan Usual { get; private set; }

    /// <summary>Copies all state aside.</summary>
    public Task Snapshot(IWorkflow workflow, StepId at) =>
        Together.All([workflow.Snapshot(at.Step), .. Keepers(workflow).Select(actor => actor.SnapshotExchange(at))]);

    /// <summary>Writes the copies, the manifest last, and drops checkpoints that are no longer kept.</summary>
    /// <param name="workflow">Whose actors write.</param>
    /// <param name="at">The attempt, and the step of the copies.</param>
    /// <param name="figure">By which the best checkpoint is told; null where none is.</param>
    /// <returns>Bytes written.</returns>
    public async Task<long> Write(IWorkflow workflow, StepId at, double? figure)
    {
        CheckpointFolder folder = new(run, RunFolder.StepName(at.Step));
        using Activity? span = StepTraces.Source.StartActivity(TelemetryNames.CheckpointSpan)?
            .SetTag(TelemetryNames.Run, run.Name).SetTag(TelemetryNames.Step, at.Step);
        long began = silo.Time.GetTimestamp();
        CheckpointFile[] files =
        [
            .. await workflow.WriteSnapshot(at.Step, folder.Name),
            .. (await Task.WhenAll(Keepers(workflow).Select(actor => actor.WriteExchange(at, folder.Name)))).SelectMany(each => each),
        ];
        await Task.Run(() =>
        {
            folder.Seal(files, figure);
            CheckpointFolder.Retain(run, blueprint.File.Checkpoint);
        });
        TimeSpan before = Last, lasted = silo.Time.GetElapsedTime(began);
        Last = lasted > TimeSpan.Zero ? lasted : TimeSpan.Zero;
        Usual = before == TimeSpan.Zero || Last < before ? Last : before;
        long bytes = files.Sum(file => file.Bytes);
        silo.Meter.Checkpoint(run.Name, bytes, Last.TotalSeconds);
        return bytes;
    }

    /// <summary>The actors that may hold what no shard holds.</summary>
    private IEnumerable<ITrainingActor> Keepers(IWorkflow workflow) => blueprint.File.Exchange.KeepsState ? workflow.Actors : [];
}
