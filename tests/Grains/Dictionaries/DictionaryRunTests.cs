using System.Runtime.InteropServices;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Models.Dictionaries;
using Cluster.Numerics.Tests;
using Cluster.Numerics;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.TestingHost;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains.Tests.Dictionaries;

/// <summary>Dictionaries through the actors: against the plain loop, on one silo and on two, with one shard and with many, killed and resumed.</summary>
public sealed class DictionaryRunTests
{
    [Theory]
    [InlineData("update: block-coordinate")]
    [InlineData("update: projected-gradient, passes: 2")]
    public async Task Actors_give_the_dictionary_of_the_plain_loop(string update)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await Finish(cluster, "one", [], update);
        await Finish(cluster, "three", ["shards=3"], update);

        float[] expected = await Plain(update);
        Assert.Equal(expected, Atoms(cluster, "one", 1));
        Assert.Equal(expected, Atoms(cluster, "three", 3));
    }

    [Fact]
    public async Task Coders_and_shards_give_the_same_files_on_one_and_on_two_silos()
    {
        string[] spread = ["replicas=2", "shards=3", "model.encoder={kind: shrink, attachment: 0.5}", "model.passes=2"];
        SortedDictionary<string, string> one, two;
        await using (TrainingCluster cluster = await TrainingCluster.Start(1))
        {
            await Finish(cluster, "run", spread);
            one = cluster.Sums("run");
        }

        await using (TrainingCluster cluster = await TrainingCluster.Start(2))
        {
            await Finish(cluster, "run", spread);
            two = cluster.Sums("run");
        }

        Assert.Equal(6, one.Count);
        Assert.Equal(one, two);
    }

    [Fact]
    public async Task Shards_divide_atoms_and_statistics_and_not_the_result()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await Finish(cluster, "whole", ["replicas=2"]);
        await Finish(cluster, "sliced", ["replicas=2", "shards=5"]);

        Assert.Equal(Atoms(cluster, "whole", 1), Atoms(cluster, "sliced", 5));
        Assert.Equal(Read(cluster, "whole", 1, "statistics"), Read(cluster, "sliced", 5, "statistics"));
    }

    [Fact]
    public async Task Two_coders_learn_what_one_with_their_joint_batch_learns()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await Finish(cluster, "one", ["precision=float64", "batch=60"]);
        await Finish(cluster, "two", ["precision=float64", "batch=30", "replicas=2"]);

        double[] one = Wide(cluster, "one"), two = Wide(cluster, "two");
        Assert.True(one.Zip(two, (a, b) => Math.Abs(a - b)).Max() < 1e-9);
    }

    [Fact]
    public async Task Pausing_and_resuming_gives_the_files_of_an_undisturbed_run()
    {
        string[] spread = ["steps=300", "replicas=2", "shards=2", "model.encoder=tanh", "model.replaceAfter=2"];
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await Finish(cluster, "whole", spread);
        await cluster.Run("halves").Start(Experiment(spread));
        await cluster.Until("halves", status => status.Step >= 3);
        await cluster.Run("halves").Pause();
        RunStatus paused = await cluster.Ended("halves");
        Assert.Equal(RunState.Paused, paused.State);
        Assert.InRange(paused.Step, 3, 299);
        await cluster.Run("halves").Resume();
        RunStatus status = await cluster.Ended("halves");

        Assert.Equal((RunState.Finished, null), (status.State, status.Problem));
        Assert.Equal(cluster.Sums("whole"), cluster.Sums("halves"));
    }

    [Fact]
    public async Task A_lost_silo_is_not_a_lost_run()
    {
        string[] spread = ["steps=400", "replicas=2", "shards=3", "checkpoint.every=50"];
        SortedDictionary<string, string> undisturbed;
        await using (TrainingCluster cluster = await TrainingCluster.Start(1))
        {
            await Finish(cluster, "run", spread);
            undisturbed = cluster.Sums("run");
        }

        await using (TrainingCluster cluster = await TrainingCluster.Start(3))
        {
            await cluster.Run("run").Start(Experiment(spread));
            await cluster.Until("run", status => status.Checkpoint >= 50);
            SiloAddress? home = await cluster.Cluster.GrainFactory.GetGrain<IManagementGrain>(0).GetActivationAddress(cluster.Run("run"));
            await cluster.Cluster.KillSiloAsync(cluster.Cluster.SecondarySilos.First(silo => !silo.SiloAddress.Equals(home)));
            RunStatus status = await cluster.Ended("run");

            Assert.True(status.State == RunState.Finished, status.Problem);
            Assert.Equal(undisturbed, cluster.Sums("run"));
        }
    }

    [Fact]
    public async Task A_run_reports_its_figures_and_learns()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await Finish(cluster, "short", ["steps=1"]);
        RunStatus status = await Finish(cluster, "run", ["steps=100", "model.encoder=tanh", "sample.every=50"]);

        Assert.Equal(["atomUse", "density", "objective", "predictionLoss", "replaced"], status.Figures.Keys.Order());
        Assert.InRange(status.Figures["density"], 0.01, 0.5);
        Assert.InRange(status.Figures["atomUse"], 0.2, 1);
        Assert.True(status.Figures["objective"] < 0.95 * (await cluster.Run("short").Status()).Figures["objective"]);
        Assert.Equal(2, Directory.EnumerateFiles(cluster.Folder("run").Samples, "*.png").Count());
    }

    [Theory]
    [InlineData("model.encoder={kind: tanh, attachment: 0.1}")]
    [InlineData("model.staleness=2")]
    public async Task Runs_leave_no_tensor_and_no_loan_behind(string also)
    {
        string[] spread = ["replicas=2", "shards=3", also, "model.passes=2", "model.replaceAfter=1"];
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await Finish(cluster, "warm", spread);
        LocalTensors tensors = ((InProcessSiloHandle)cluster.Cluster.Primary!).SiloHost.Services.GetRequiredService<LocalTensors>();
        long before = LiveTensors.Settled();
        await Finish(cluster, "long", ["steps=200", "checkpoint.every=20", "sample.every=20", .. spread]);

        Assert.Equal(before, Tensor.TotalCount);
        Assert.Equal(0, tensors.Open);
    }

    [Theory]
    [InlineData("onNonFinite=skip", "onNonFinite: skip leaves an update of a gradient out, and a dictionary has none; choose stop or rollback")]
    [InlineData("shards=25", "shards: 25 blocks of atoms cannot be made of atoms: 24")]
    [InlineData("model.patch={size: 9}", "patches of 9x9 with a margin of 0 do not fit into the 8x8 images of digits")]
    [InlineData("model.patch={size: 4, count: 10}", "needs 50 signals a step, but an epoch has 10")]
    [InlineData("model={kind: dictionary, patch: {size: 0, subtractMean: false, normalize: false}, whitening: true}", "element 1 of 64 is the same in all 1500 signals and has no variance")]
    public async Task What_cannot_be_is_refused_before_training(string change, string message)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        InputException refused = await Assert.ThrowsAsync<InputException>(() => cluster.Run("run").Start(Experiment(change)));

        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_numbers_in_the_data_are_named_by_file_and_row()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string path = Path.Combine(cluster.Runs, "signals.csv");
        await File.WriteAllLinesAsync(path, Enumerable.Range(1, 60).Select(row => row == 42 ? "1,nan,3,4" : "1,2,3,4"));
        InputException refused = await Assert.ThrowsAsync<InputException>(() => cluster.Run("run").Start(Experiment($"data={path}", "model.patch={size: 0}")));

        Assert.Contains("signals.csv, row 42, column 2", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_negative_penalty_is_refused_with_its_place()
    {
        ExperimentFileException refused = Assert.Throws<ExperimentFileException>(() => Experiment("model.penalty=-0.1"));
        Assert.Contains("penalty", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_optimizer_without_a_use_is_refused()
    {
        ExperimentFileException refused = Assert.Throws<ExperimentFileException>(() => Experiment("optimizer={name: adam}"));
        Assert.Contains("no parameters that an optimizer steps", refused.Message, StringComparison.Ordinal);
    }

    internal static string Experiment(params string[] overrides) => ExperimentFile.Parse(
        """
        model:
          kind: dictionary
          atoms: 24
          patch: {size: 5, count: 1000}
        data: digits
        steps: 30
        batch: 50
        seed: 7
        threads: 1
        checkpoint: {every: 0}
        sample: {every: 0}
        metrics: {every: 4}
        """,
        "test.yaml",
        overrides).ToYaml();

    internal static async Task<RunStatus> Finish(TrainingCluster cluster, string name, string[] overrides, string? model = null)
    {
        await cluster.Run(name).Start(Experiment([.. overrides, .. Settings(model)]));
        RunStatus status = await cluster.Ended(name);
        Assert.True(status.State == RunState.Finished, status.Problem);
        return status;
    }

    private static IEnumerable<string> Settings(string? model) =>
        model is null ? [] : model.Split(", ").Select(setting => "model." + setting.Replace(": ", "=", StringComparison.Ordinal));

    /// <summary>The same dictionary without actors.</summary>
    private static async Task<float[]> Plain(string update)
    {
        ImageDataset digits = DatasetCatalog.Open("digits", "train", DatasetLocator.SearchFolders(null));
        PatchSet patches = new(digits, new PatchOptions { Size = 5, Count = 1000 }, 7);
        EpochSampler sampler = new(1000, 50, 0, 1, 7);
        DictionaryOptions options = new()
        {
            Atoms = 24,
            Update = update.Contains("projected", StringComparison.Ordinal) ? DictionaryUpdate.ProjectedGradient : DictionaryUpdate.BlockCoordinate,
            Passes = update.Contains("passes", StringComparison.Ordinal) ? 2 : 1,
        };
        using DeviceThread device = new("test", CPU, 1);
        return await device.RunAsync(() =>
        {
            using OnlineDictionary dictionary = new(options, 25, ScalarType.Float32, 7, patches.Draw);
            int[] indices = new int[50];
            float[] signals = new float[50 * 25];
            for (int step = 0; step < 30; step++)
            {
                sampler.Indices(step, indices);
                patches.Gather(indices, signals);
                dictionary.Step(frombuffer(signals, ScalarType.Float32).view(50, 25));
            }

            return dictionary.Atoms_KD.data<float>().ToArray();
        });
    }

    internal static float[] Atoms(TrainingCluster cluster, string run, int shards) => [.. MemoryMarshal.Cast<byte, float>(Read(cluster, run, shards, "atoms"))];

    private static double[] Wide(TrainingCluster cluster, string run) => [.. MemoryMarshal.Cast<byte, double>(Read(cluster, run, 1, "atoms"))];

    private static byte[] Read(TrainingCluster cluster, string run, int shards, string name)
    {
        string folder = Path.Combine(cluster.Folder(run).Checkpoints, Contracts.Runs.RunFolder.StepName(Contracts.Runs.RunStateFile.Read(cluster.Folder(run))!.Checkpoint));
        List<byte> bytes = [];
        for (int shard = 0; shard < shards; shard++)
        {
            using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, $"dictionary-{shard:D2}-of-{shards:D2}.safetensors"));
            using Tensor tensor = file.Read(name);
            bytes.AddRange(tensor.bytes.ToArray());
        }

        return [.. bytes];
    }
}
