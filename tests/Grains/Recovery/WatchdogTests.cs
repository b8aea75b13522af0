using Cluster.Contracts;
using Cluster.Numerics;
using Orleans.TestingHost;

namespace Cluster.Grains.Tests;

public sealed class WatchdogTests
{
    private static readonly string[] Spread = ["steps=120", "replicas=2", "shards=2", "checkpoint.every=20", "recovery.stepLimit=20"];

    [Theory]
    [InlineData("Judge", 50)]
    [InlineData("Fakes", 30)]
    [InlineData("Reduce", 61)]
    [InlineData("Step", 77)]
    [InlineData("Report", 9)]
    [InlineData("Snapshot", 3)]
    [InlineData("WriteSnapshot", 6)]
    public async Task A_lost_message_is_noticed_and_the_run_ends_with_the_same_bits(string method, long number)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start(2);
        await cluster.Finish("undisturbed", Spread);
        using (MessageFaults.Lose(method, number))
        {
            RunStatus status = await cluster.Train("run", Spread);
            Assert.True(status.State == RunState.Finished, status.Problem);
        }

        Assert.Equal(cluster.Sums("undisturbed"), cluster.Sums("run"));
        string events = File.ReadAllText(cluster.Folder("run").Events);
        Assert.Matches(@"did not end within \d+(\.\d)? s: ", events); // a write has its own usual time
        Assert.Contains("\"kind\":\"recovered\"", events, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_late_message_within_the_limit_is_no_alarm()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string[] patient = ["steps=40", "recovery.stepLimit=30"];
        await cluster.Finish("undisturbed", patient);
        using (MessageFaults.Delay(60, TimeSpan.FromMilliseconds(400)))
        {
            await cluster.Finish("run", patient);
            Assert.True(MessageFaults.Seen > 60);
        }

        Assert.Equal(cluster.Sums("undisturbed"), cluster.Sums("run"));
        Assert.DoesNotContain("recovering", File.ReadAllText(cluster.Folder("run").Events), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_attempts_left_the_run_fails_and_names_the_step_and_the_late_actor()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        using (MessageFaults.Lose("Judge", 10))
        {
            RunStatus status = await cluster.Train("run", "recovery={stepLimit: 20, attempts: 0}", "checkpoint.every=4");
            Assert.Equal(RunState.Failed, status.State);
            Assert.Matches(@"^step 9 did not end within 20 s: run/generator/0 on .* has been in Step of step 9 for \d.*; the last good checkpoint is step-00000[48]$", status.Problem);
        }
    }

    [Fact]
    public async Task A_device_that_hangs_while_the_actors_open_is_named_and_given_up()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        DeviceThread first = RunLifeTests.Devices((InProcessSiloHandle)cluster.Cluster.Primary!).Get("cpu", 1);
        using ManualResetEventSlim release = new();
        Task hung = first.RunAsync("a kernel without end", () => release.Wait(TimeSpan.FromMinutes(1)));
        SpinWait.SpinUntil(() => first.CurrentFor > TimeSpan.FromSeconds(1));
        using (MessageFaults.Set((_, _) => null))
        {
            TrainingCluster.Clock.Hurry();
            RunStatus status = await cluster.Train("run", "recovery={stepLimit: 20, attempts: 1}");
            release.Set();
            Assert.True(status.State == RunState.Finished, status.Problem);
        }

        Assert.Matches("the opening of the actors did not end within 20 s: .*cpu/1 has been in a kernel without end for", File.ReadAllText(cluster.Folder("run").Events));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => hung);
    }

    [Fact]
    public async Task A_device_that_hangs_is_named_given_up_and_replaced()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string[] run = ["steps=200", "checkpoint.every=20", "recovery.stepLimit=20"];
        await cluster.Finish("undisturbed", run);
        DevicePool devices = RunLifeTests.Devices((InProcessSiloHandle)cluster.Cluster.Primary!);
        DeviceThread first = devices.Get("cpu", 1);
        using ManualResetEventSlim release = new();
        TaskCompletionSource<Task> hanging = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using (MessageFaults.Set((_, seen) =>
        {
            if (seen == 500)
            {
                hanging.SetResult(first.RunAsync("a kernel without end", () => release.Wait(TimeSpan.FromMinutes(1))));
            }

            return null;
        }))
        {
            await cluster.Run("run").Start(TrainingCluster.Experiment(run));
            Task hung = await hanging.Task.WaitAsync(TimeSpan.FromMinutes(1));
            SpinWait.SpinUntil(() => first.CurrentFor > TimeSpan.FromSeconds(1));
            TrainingCluster.Clock.Hurry();
            RunStatus status = await cluster.Ended("run");
            release.Set();

            Assert.True(status.State == RunState.Finished, status.Problem);
            Assert.Contains("was given up", (await Assert.ThrowsAsync<ObjectDisposedException>(() => hung)).Message, StringComparison.Ordinal);
        }

        Assert.Equal(cluster.Sums("undisturbed"), cluster.Sums("run"));
        Assert.Contains("cpu/1 has been in a kernel without end for", File.ReadAllText(cluster.Folder("run").Events), StringComparison.Ordinal);
        Assert.NotSame(first, devices.Get("cpu", 1));
    }
}
