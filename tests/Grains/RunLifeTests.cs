using System.Text;
using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Cluster.Data;
using Cluster.Grains;
using Cluster.Numerics.Tests;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.TestingHost;
using TorchSharp;

namespace Cluster.Grains.Tests;

public sealed class RunLifeTests
{
    [Fact]
    public async Task A_run_leaves_its_files()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        RunStatus status = await cluster.Finish("run", "checkpoint.every=5", "checkpoint.keep=2", "sample.every=6");
        RunFolder folder = cluster.Folder("run");

        Assert.Equal((RunState.Finished, 12, 12), (status.State, status.Step, status.Checkpoint));
        Assert.Equal(TrainingCluster.Experiment("checkpoint.every=5", "checkpoint.keep=2", "sample.every=6"), File.ReadAllText(folder.Experiment));
        Assert.Equal(["step-000010", "step-000012"], Directory.EnumerateDirectories(folder.Checkpoints).Select(Path.GetFileName).Order());
        Assert.Equal(["step-000006.png", "step-000012.png"], Directory.EnumerateFiles(folder.Samples).Select(Path.GetFileName).Order());
        Assert.Equal(3, File.ReadAllLines(folder.Metrics).Length);
        Assert.Contains("\"kind\":\"finished\"", File.ReadAllText(folder.Events), StringComparison.Ordinal);
        Assert.Equal(RunState.Finished, RunStateFile.Read(folder)!.State);
        Assert.False(folder.IsLocked());
        Assert.All(["discriminatorLoss", "generatorLoss", "realScore", "fakeScore"], name => Assert.True(double.IsFinite(status.Figures[name])));
    }

    [Fact]
    public async Task Pausing_and_resuming_gives_the_files_of_an_undisturbed_run()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Finish("whole", "steps=400", "replicas=2", "shards=2");
        await cluster.Run("halves").Start(TrainingCluster.Experiment("steps=400", "replicas=2", "shards=2"));
        await cluster.Until("halves", status => status.Step >= 3);
        await cluster.Run("halves").Pause();
        RunStatus paused = await cluster.Ended("halves");
        Assert.Equal(RunState.Paused, paused.State);
        Assert.InRange(paused.Step, 3, 399);
        Assert.Equal(paused.Step, paused.Checkpoint);

        await cluster.Run("halves").Resume();
        RunStatus status = await cluster.Ended("halves");

        Assert.Equal(RunState.Finished, status.State);
        Assert.Equal(cluster.Sums("whole"), cluster.Sums("halves"));
        Assert.Equal(MetricsText.Lasting(cluster, "whole"), MetricsText.Lasting(cluster, "halves"));
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_passed_over_with_a_warning_and_the_one_before_taken()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Finish("whole", "steps=20");
        await cluster.Run("run").Start(TrainingCluster.Experiment("steps=20", "checkpoint.every=4", "checkpoint.keep=9"));
        await cluster.Ended("run");
        RunFolder folder = cluster.Folder("run");
        new RunStateFile(RunState.Running, 20, 20, 20, 1, DateTimeOffset.UnixEpoch, null).Write(folder);
        string damaged = Path.Combine(folder.Checkpoints, "step-000020", "generator-00-of-01.safetensors");
        byte[] bytes = File.ReadAllBytes(damaged);
        bytes[^5] ^= 1;
        File.WriteAllBytes(damaged, bytes);
        File.Delete(Path.Combine(folder.Checkpoints, "step-000016", "discriminator-00-of-01.safetensors"));

        await cluster.Run("run").Resume();
        RunStatus status = await cluster.Ended("run");

        Assert.Equal((RunState.Finished, 20), (status.State, status.Checkpoint));
        Assert.Equal(cluster.Sums("whole"), cluster.Sums("run"));
        string events = File.ReadAllText(folder.Events);
        Assert.Contains("generator-00-of-01.safetensors does not have the SHA-256 of its manifest", events, StringComparison.Ordinal);
        Assert.Contains("discriminator-00-of-01.safetensors cannot be read", events, StringComparison.Ordinal);
        Assert.Contains("from step-000012", events, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_whose_checkpoints_are_all_damaged_does_not_begin_again_by_itself()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Finish("run");
        RunFolder folder = cluster.Folder("run");
        new RunStateFile(RunState.Running, 12, 12, 12, 1, DateTimeOffset.UnixEpoch, null).Write(folder);
        string damaged = Path.Combine(folder.Checkpoints, "step-000012", "discriminator-00-of-01.safetensors");
        File.WriteAllBytes(damaged, File.ReadAllBytes(damaged)[..^1]);

        InputException refused = await Assert.ThrowsAsync<InputException>(() => cluster.Run("run").Resume());

        Assert.Contains("no sound checkpoint", refused.Message, StringComparison.Ordinal);
        Assert.Contains("discriminator-00-of-01.safetensors has", refused.Message, StringComparison.Ordinal);
        Assert.False(folder.IsLocked());
    }

    [Fact]
    public async Task A_run_that_was_killed_in_its_first_checkpoint_begins_again()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Finish("whole");
        await cluster.Finish("run");
        RunFolder folder = cluster.Folder("run");
        new RunStateFile(RunState.Running, 0, 12, -1, 1, DateTimeOffset.UnixEpoch, null).Write(folder);
        string checkpoint = Path.Combine(folder.Checkpoints, "step-000012");
        File.Delete(Path.Combine(checkpoint, "manifest.json"));
        File.Move(Path.Combine(checkpoint, "generator-00-of-01.safetensors"), Path.Combine(checkpoint, "generator-00-of-01.safetensors.part"));

        await cluster.Run("run").Resume();
        RunStatus status = await cluster.Ended("run");

        Assert.Equal((RunState.Finished, null), (status.State, status.Problem));
        Assert.Equal(cluster.Sums("whole"), cluster.Sums("run"));
    }

    [Fact]
    public async Task A_device_that_is_not_there_is_refused_before_anything_is_made()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        InputException refused = await Assert.ThrowsAsync<InputException>(() => cluster.Run("run").Start(TrainingCluster.Experiment("device=cuda:200")));

        Assert.Contains("device: cuda:200: this machine has ", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(cluster.Folder("run").Path));
    }

    [Fact]
    public async Task A_lost_silo_is_not_a_lost_run()
    {
        string[] spread = ["steps=600", "replicas=2", "shards=2", "checkpoint.every=50"];
        SortedDictionary<string, string> undisturbed;
        await using (TrainingCluster cluster = await TrainingCluster.Start(1))
        {
            await cluster.Finish("run", spread);
            undisturbed = cluster.Sums("run");
        }

        await using (TrainingCluster cluster = await TrainingCluster.Start(3))
        {
            await cluster.Run("run").Start(TrainingCluster.Experiment(spread));
            await cluster.Until("run", status => status.Step >= 120);
            SiloHandle victim = await SiloWithout(cluster, "run");
            await cluster.Cluster.KillSiloAsync(victim);
            RunStatus status = await cluster.Ended("run");

            Assert.Equal((RunState.Finished, null), (status.State, status.Problem));
            Assert.Equal(undisturbed, cluster.Sums("run"));
        }
    }

    [Fact]
    public async Task A_loss_that_is_not_finite_stops_the_run_and_names_step_actor_and_checkpoint()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        RunStatus status = await cluster.Train(
            "run", "steps=200", "checkpoint.every=1", "optimizer={name: sgd, learningRate: 1e30}", "model.generator.output=sigmoid");

        Assert.Equal(RunState.Failed, status.State);
        Assert.Matches(@"^the loss of run/(generator|discriminator)/0 is (NaN|-?Infinity) at step \d+; (there is no checkpoint yet|the last good checkpoint is step-\d{6})$", status.Problem);
    }

    [Fact]
    public async Task Runs_leave_no_tensor_and_no_loan_behind()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Finish("warm", "replicas=2", "shards=2");
        LocalTensors tensors = ((InProcessSiloHandle)cluster.Cluster.Primary!).SiloHost.Services.GetRequiredService<LocalTensors>();
        Assert.Equal(0, tensors.Open);
        long before = LiveTensors.Settled();

        await cluster.Finish("short", "steps=5", "replicas=2", "shards=2");
        long afterShort = torch.Tensor.TotalCount;
        await cluster.Finish("long", "steps=300", "replicas=2", "shards=2", "checkpoint.every=20", "sample.every=20");

        Assert.Equal(before, afterShort);
        Assert.Equal(before, torch.Tensor.TotalCount);
        Assert.Equal(0, tensors.Open);
    }

    [Fact]
    public async Task The_number_of_live_tensors_does_not_grow_with_the_steps()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        List<long> counts = [];
        await cluster.Finish("warm");
        LiveTensors.Settled();
        foreach (int steps in new[] { 200, 2000 })
        {
            string name = "run-" + steps;
            await cluster.Run(name).Start(TrainingCluster.Experiment("steps=1000000", "batch=1", "checkpoint.every=0"));
            await cluster.Until(name, status => status.Step >= steps);
            await cluster.Run(name).Pause();
            await cluster.Ended(name);
            counts.Add(torch.Tensor.TotalCount);
        }

        Assert.Equal(counts[0], counts[1]);
    }

    [Fact]
    public async Task Samples_depend_on_the_seed_alone_and_exports_carry_PyTorch_names()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Finish("run", "shards=2");
        IExperimentGrain run = cluster.Run("run");

        byte[] once = await run.Sample(null, 2, 3, 5), again = await run.Sample(null, 2, 3, 5), other = await run.Sample(null, 2, 3, 6);
        Assert.Equal(once, again);
        Assert.NotEqual(once, other);

        using MemoryStream file = new();
        await foreach (byte[] piece in run.Export())
        {
            file.Write(piece);
        }

        string header = Encoding.UTF8.GetString(file.ToArray(), 8, (int)BitConverter.ToInt64(file.ToArray()));
        Assert.All(
            ["generator.0.weight", "generator.0.bias", "generator.2.weight", "discriminator.0.weight", "discriminator.2.bias"],
            name => Assert.Contains($"\"{name}\"", header, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Starting_twice_resuming_the_finished_and_unknown_runs_are_refused()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Finish("run");

        Assert.Contains("exists already", (await Assert.ThrowsAsync<InputException>(() => cluster.Run("run").Start(TrainingCluster.Experiment()))).Message, StringComparison.Ordinal);
        Assert.Contains("nothing to resume", (await Assert.ThrowsAsync<InputException>(() => cluster.Run("run").Resume())).Message, StringComparison.Ordinal);
        Assert.Contains("unknown run", (await Assert.ThrowsAsync<InputException>(() => cluster.Run("nobody").Resume())).Message, StringComparison.Ordinal);
        Assert.Contains("is no run's name", (await Assert.ThrowsAsync<InputException>(() => cluster.Run("../out").Start(TrainingCluster.Experiment()))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_that_is_missing_or_too_small_is_refused_before_anything_is_made()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        InputException small = await Assert.ThrowsAsync<InputException>(() => cluster.Run("small").Start(TrainingCluster.Experiment("batch=1000", "replicas=2")));
        InputException unknown = await Assert.ThrowsAsync<InputException>(() => cluster.Run("unknown").Start(TrainingCluster.Experiment("data=digitz")));

        Assert.Contains("batch: 1000 × replicas: 2 needs 2000 images a step", small.Message, StringComparison.Ordinal);
        Assert.Contains("digits", unknown.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(cluster.Folder("small").Path));
    }

    [Fact]
    public async Task Values_that_the_generator_cannot_reach_are_named_before_anything_is_made()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string file = Path.Combine(cluster.Runs, "points.csv");
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, 40).Select(row => row == 20 ? "0,1.5" : "0,1"));
        InputException outside = await Assert.ThrowsAsync<InputException>(() => cluster.Run("outside").Start(TrainingCluster.Experiment("data=" + file)));

        Assert.Equal($"data: {file}/train, row 21, column 2 holds 1.5: generators that end in tanh need values from -1 to 1", outside.Message);
        Assert.False(Directory.Exists(cluster.Folder("outside").Path));
    }

    internal static DevicePool Devices(InProcessSiloHandle silo) => silo.SiloHost.Services.GetRequiredService<DevicePool>();

    /// <summary>The experiment's own silo may be lost too, but then nobody is left who answers for the run until it is resumed.</summary>
    internal static async Task<SiloHandle> SiloWithout(TrainingCluster cluster, string run)
    {
        IManagementGrain management = cluster.Cluster.GrainFactory.GetGrain<IManagementGrain>(0);
        var home = await management.GetActivationAddress(cluster.Run(run));
        return cluster.Cluster.SecondarySilos.First(silo => !silo.SiloAddress.Equals(home));
    }
}
