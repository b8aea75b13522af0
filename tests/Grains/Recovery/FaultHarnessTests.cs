using System.Globalization;
using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Cluster.Numerics;
using Orleans.TestingHost;
using Xunit.Abstractions;

namespace Cluster.Grains.Tests;

/// <summary>
/// Runs of every workflow with one fault each, at a point that a seeded stream chooses. Each run must end by itself with the
/// files of the undisturbed run, or stop with a clear error and a sound last checkpoint, from which it then goes on to the same
/// files. CLUSTER_FAULTS says how many faults a workflow gets.
/// </summary>
public sealed class FaultHarnessTests(ITestOutputHelper output)
{
    private const int Steps = 48, Every = 8;

    private static readonly int Faults = int.TryParse(Environment.GetEnvironmentVariable("CLUSTER_FAULTS"), CultureInfo.InvariantCulture, out int count) ? count : 8;

    private static readonly string[] Common = [$"steps={Steps}", $"checkpoint={{every: {Every}, keep: 100}}", "recovery={stepLimit: 0.6, attempts: 3}"];

    private enum Fault
    {
        LostMessage,
        LateMessage,
        KilledSilo,
        HungDevice,
        FailedWrite,
        DamagedCheckpoint,
    }

    [Theory]
    [MemberData(nameof(SmallExperiments.Workflows), MemberType = typeof(SmallExperiments))]
    public async Task Every_fault_ends_with_the_undisturbed_files(string workflow)
    {
        string[] overrides = [.. SmallExperiments.Overrides[workflow], .. Common];
        SortedDictionary<string, string> undisturbed;
        long messages;
        await using (TrainingCluster cluster = await TrainingCluster.Start())
        {
            using IDisposable counting = MessageFaults.Set((_, _) => null);
            await cluster.Finish("run", overrides);
            (undisturbed, messages) = (cluster.Sums("run"), MessageFaults.Seen);
        }

        RandomStream stream = RandomStream.Named(1, "faults", 0, 0, workflow);
        Dictionary<Fault, int> met = [];
        TrainingCluster shared = await TrainingCluster.Start(2);
        try
        {
            for (int i = 0; i < Faults; i++)
            {
                Fault fault = (Fault)stream.Next(Enum.GetValues<Fault>().Length);
                string name = string.Create(CultureInfo.InvariantCulture, $"run-{i}-{fault}");
                long point = 1 + stream.Next((int)messages);
                if (fault == Fault.KilledSilo)
                {
                    await using TrainingCluster own = await TrainingCluster.Start(3);
                    await Meet(own, name, fault, point, stream, overrides, undisturbed);
                }
                else
                {
                    await Meet(shared, name, fault, point, stream, overrides, undisturbed);
                }

                met[fault] = met.GetValueOrDefault(fault) + 1;
            }
        }
        finally
        {
            await shared.DisposeAsync();
        }

        output.WriteLine($"{workflow}: {string.Join(", ", met.Select(each => $"{each.Key} {each.Value}"))}; points among {messages} messages");
    }

    private static async Task Meet(
        TrainingCluster cluster, string name, Fault fault, long point, RandomStream stream, string[] overrides, SortedDictionary<string, string> undisturbed)
    {
        int step = stream.Next(Steps);
        switch (fault)
        {
            case Fault.LostMessage:
                using (MessageFaults.Lose(point))
                {
                    Finished(await cluster.Train(name, overrides), name);
                }

                break;
            case Fault.LateMessage:
                using (MessageFaults.Delay(point, TimeSpan.FromMilliseconds(stream.Next(900))))
                {
                    Finished(await cluster.Train(name, overrides), name);
                }

                break;
            case Fault.KilledSilo:
                await cluster.Run(name).Start(TrainingCluster.Experiment(overrides));
                await cluster.Until(name, status => status.Step >= step || status.State == RunState.Finished);
                await cluster.Cluster.KillSiloAsync(await RunLifeTests.SiloWithout(cluster, name));
                Finished(await cluster.Ended(name), name);
                break;
            case Fault.HungDevice:
                await cluster.Run(name).Start(TrainingCluster.Experiment(overrides));
                await cluster.Until(name, status => status.Step >= step || status.State == RunState.Finished);
                InProcessSiloHandle silo = (InProcessSiloHandle)cluster.Cluster.Silos[stream.Next(cluster.Cluster.Silos.Count)];
                using (ManualResetEventSlim release = new())
                {
                    _ = RunLifeTests.Devices(silo).Get("cpu", 1).RunAsync("a hung kernel", () => release.Wait(TimeSpan.FromSeconds(20)));
                    RunStatus status = await cluster.Ended(name);
                    release.Set();
                    Finished(status, name);
                }

                break;
            case Fault.FailedWrite:
                await StopAndGoOn(cluster, name, stream, undisturbed.Keys.First(), overrides);
                break;
            default:
                await DamageAndGoOn(cluster, name, stream, overrides);
                break;
        }

        Assert.True(undisturbed.SequenceEqual(cluster.Sums(name)), $"{name} has other files than the undisturbed run");
    }

    /// <summary>A folder where a file of a checkpoint should be: the write fails half-way, as on a full disk.</summary>
    private static async Task StopAndGoOn(TrainingCluster cluster, string name, RandomStream stream, string file, string[] overrides)
    {
        RunFolder folder = cluster.Folder(name);
        long at = Every * (1L + stream.Next(Steps / Every));
        string blocked = Path.Combine(folder.Checkpoints, RunFolder.StepName(at), file + ".part");
        Directory.CreateDirectory(blocked);
        RunStatus status = await cluster.Train(name, overrides);
        Assert.Equal(RunState.Failed, status.State);
        Assert.EndsWith(at == Every ? "there is no checkpoint yet" : $"the last good checkpoint is {RunFolder.StepName(at - Every)}", status.Problem, StringComparison.Ordinal);
        Assert.Equal(at == Every ? null : at - Every, CheckpointFolder.NewestSound(folder, _ => { })?.Step);
        Directory.Delete(blocked);
        await cluster.Run(name).Resume();
        Finished(await cluster.Ended(name), name);
    }

    /// <summary>A bit of the newest checkpoint turns while the run is paused.</summary>
    private static async Task DamageAndGoOn(TrainingCluster cluster, string name, RandomStream stream, string[] overrides)
    {
        RunFolder folder = cluster.Folder(name);
        await cluster.Run(name).Start(TrainingCluster.Experiment(overrides));
        await cluster.Until(name, status => status.Checkpoint >= Every);
        await cluster.Run(name).Pause();
        RunStatus paused = await cluster.Ended(name);
        if (paused.State == RunState.Finished)
        {
            return;
        }

        string[] files = Directory.GetFiles(Path.Combine(folder.Checkpoints, RunFolder.StepName(paused.Checkpoint)));
        string damaged = files[stream.Next(files.Length)];
        byte[] bytes = File.ReadAllBytes(damaged);
        bytes[stream.Next(bytes.Length)] ^= 16;
        File.WriteAllBytes(damaged, bytes);
        await cluster.Run(name).Resume();
        Finished(await cluster.Ended(name), name);
    }

    private static void Finished(RunStatus status, string name) => Assert.True(status.State == RunState.Finished, $"{name}: {status.Problem}");
}
