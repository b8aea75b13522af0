using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Cluster.Numerics;
using Orleans.TestingHost;

namespace Cluster.Grains.Tests;

/// <summary>What may happen to a run.</summary>
public enum Fault
{
    LostMessage,
    LateMessage,
    RepeatedMessage,
    KilledSilo,
    HungDevice,
    ClockJumps,
    FailedWrite,
    FullDisk,
    DamagedCheckpoint,
}

/// <summary>A run that meets one fault, and must end with the files of the undisturbed run nevertheless.</summary>
/// <param name="name">The run's name.</param>
/// <param name="fault">What happens.</param>
/// <param name="point">The number of the message that it happens to, or at.</param>
/// <param name="stream">Chooses the rest.</param>
/// <param name="overrides">What the run is.</param>
/// <param name="undisturbed">Its files without a fault.</param>
internal sealed class FaultyRun(
    string name, Fault fault, long point, RandomStream stream, string[] overrides, SortedDictionary<string, string> undisturbed)
{
    private const int Steps = 48, Every = 8;

    /// <summary>The limit is longer than any step takes on a busy machine: what is late in truth makes the clock hurry.</summary>
    public static string[] Common { get; } = [$"steps={Steps}", $"checkpoint={{every: {Every}, keep: 100}}", "recovery={stepLimit: 20, attempts: 3}"];

    public long Point => point;

    public async Task Meet(TrainingCluster cluster)
    {
        switch (fault)
        {
            case Fault.LostMessage:
                await Train(cluster, MessageFaults.Lose(point));
                break;
            case Fault.LateMessage:
                TimeSpan late = TimeSpan.FromMilliseconds(stream.Next(300));
                await Train(cluster, stream.Next(2) == 0 ? MessageFaults.Delay(point, late) : MessageFaults.DelayBeyond(point, late));
                break;
            case Fault.RepeatedMessage:
                await Train(cluster, MessageFaults.Repeat(point, TimeSpan.FromMilliseconds(stream.Next(2) * stream.Next(100))));
                break;
            case Fault.ClockJumps:
                await Jump(cluster);
                break;
            case Fault.KilledSilo:
                await Begin(cluster);
                await cluster.Cluster.KillSiloAsync(await RunLifeTests.SiloWithout(cluster, name));
                Finished(await cluster.Ended(name));
                break;
            case Fault.HungDevice:
                await Hang(cluster);
                break;
            case Fault.FailedWrite:
                await StopAndGoOn(cluster, blocked => Directory.CreateDirectory(blocked), Directory.Delete, "");
                break;
            case Fault.FullDisk:
                await StopAndGoOn(cluster, blocked => File.CreateSymbolicLink(blocked, "/dev/full"), File.Delete, "No space left on device");
                break;
            default:
                await DamageAndGoOn(cluster);
                break;
        }

        Assert.True(undisturbed.SequenceEqual(cluster.Sums(name)), $"{name} has other files than the undisturbed run");
    }

    private async Task Train(TrainingCluster cluster, IDisposable met)
    {
        using (met)
        {
            Finished(await cluster.Train(name, overrides));
        }
    }

    /// <summary>Starts, and waits for a step that the stream chooses.</summary>
    private async Task Begin(TrainingCluster cluster)
    {
        int step = stream.Next(Steps);
        await cluster.Run(name).Start(TrainingCluster.Experiment(overrides));
        await cluster.Until(name, status => status.Step >= step || status.State is RunState.Finished or RunState.Failed);
    }

    /// <summary>Wall clock and timestamps go forward or back by up to 100 hours, and back again or farther.</summary>
    private async Task Jump(TrainingCluster cluster)
    {
        TimeSpan By() => TimeSpan.FromHours(stream.Next(200) - 100);
        (TimeSpan first, TimeSpan second) = (By(), By());
        long next = point + stream.Next(100);
        await Train(cluster, MessageFaults.Set((_, seen) =>
        {
            if (seen == point || seen == next)
            {
                TrainingCluster.Clock.Jump(seen == point ? first : second);
            }

            return null;
        }));
        TrainingCluster.Clock.Right();
    }

    /// <summary>The device of one silo is in a kernel that does not end while anybody waits for it.</summary>
    private async Task Hang(TrainingCluster cluster)
    {
        await Begin(cluster);
        InProcessSiloHandle silo = (InProcessSiloHandle)cluster.Cluster.Silos[stream.Next(cluster.Cluster.Silos.Count)];
        DeviceThread device = RunLifeTests.Devices(silo).Get("cpu", 1);
        using ManualResetEventSlim release = new();
        Task hung = device.RunAsync("a hung kernel", () => release.Wait(TimeSpan.FromMinutes(2)));
        await cluster.Until(name, status => device.CurrentFor > TimeSpan.FromSeconds(1) || hung.IsCompleted || status.State is RunState.Finished or RunState.Failed);
        using (MessageFaults.Set((_, _) => null))
        {
            TrainingCluster.Clock.Hurry();
            RunStatus status = await cluster.Ended(name);
            release.Set();
            await hung.ContinueWith(static _ => { }, TaskScheduler.Default);
            Finished(status);
        }
    }

    /// <summary>A file of a checkpoint cannot be written to its end.</summary>
    private async Task StopAndGoOn(TrainingCluster cluster, Action<string> block, Action<string> clear, string problem)
    {
        RunFolder folder = cluster.Folder(name);
        long at = Every * (1L + stream.Next(Steps / Every));
        string[] files = [.. undisturbed.Keys, CheckpointManifest.FileName];
        string blocked = Path.Combine(folder.Checkpoints, RunFolder.StepName(at), files[stream.Next(files.Length)] + ".part");
        Directory.CreateDirectory(Path.GetDirectoryName(blocked)!);
        block(blocked);
        RunStatus status = await cluster.Train(name, overrides);
        Assert.Equal(RunState.Failed, status.State);
        Assert.Contains(problem, status.Problem, StringComparison.Ordinal);
        Assert.EndsWith(at == Every ? "there is no checkpoint yet" : $"the last good checkpoint is {RunFolder.StepName(at - Every)}", status.Problem, StringComparison.Ordinal);
        Assert.Equal(at == Every ? null : at - Every, CheckpointFolder.NewestSound(folder, _ => { })?.Step);
        clear(blocked);
        await cluster.Run(name).Resume();
        Finished(await cluster.Ended(name));
    }

    /// <summary>A bit of the newest checkpoint turns while the run is paused.</summary>
    private async Task DamageAndGoOn(TrainingCluster cluster)
    {
        RunFolder folder = cluster.Folder(name);
        await cluster.Run(name).Start(TrainingCluster.Experiment(overrides));
        await cluster.Until(name, status => status.Checkpoint >= Every || status.State is RunState.Finished or RunState.Failed);
        await cluster.Run(name).Pause();
        RunStatus paused = await cluster.Ended(name);
        if (paused.State != RunState.Paused)
        {
            Finished(paused);
            return;
        }

        string[] files = Directory.GetFiles(Path.Combine(folder.Checkpoints, RunFolder.StepName(paused.Checkpoint)));
        string damaged = files[stream.Next(files.Length)];
        byte[] bytes = await File.ReadAllBytesAsync(damaged);
        bytes[stream.Next(bytes.Length)] ^= 16;
        await File.WriteAllBytesAsync(damaged, bytes);
        await cluster.Run(name).Resume();
        Finished(await cluster.Ended(name));
    }

    private void Finished(RunStatus status) => Assert.True(status.State == RunState.Finished, $"{name}: {status.State}: {status.Problem}");
}
