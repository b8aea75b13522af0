using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Models.Dictionaries;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains.Tests.Dictionaries;

/// <summary>Dictionaries whose statistics lag behind by a bound, so that codes are found while atoms move.</summary>
public sealed class DictionaryStalenessTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Statistics_come_from_the_dictionary_of_that_many_steps_ago(int staleness)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        RunStatus status = await DictionaryRunTests.Finish(cluster, "run", [$"model.staleness={staleness}", "shards=2"]);
        Assert.Equal(staleness, status.Figures["staleness"]);
        Assert.Equal(await Plain(staleness), DictionaryRunTests.Atoms(cluster, "run", 2));
    }

    [Fact]
    public async Task One_two_and_three_silos_give_the_same_files()
    {
        string[] spread = ["replicas=2", "shards=3", "model.staleness=2", "model.passes=2"];
        SortedDictionary<string, string>[] sums = new SortedDictionary<string, string>[3];
        for (short silos = 1; silos <= 3; silos++)
        {
            await using TrainingCluster cluster = await TrainingCluster.Start(silos);
            await DictionaryRunTests.Finish(cluster, "run", spread);
            sums[silos - 1] = cluster.Sums("run");
        }

        Assert.Equal(5, sums[0].Count);
        Assert.Equal(sums[0], sums[1]);
        Assert.Equal(sums[0], sums[2]);
    }

    [Fact]
    public async Task Pausing_and_resuming_gives_the_files_of_an_undisturbed_run()
    {
        string[] spread = ["steps=300", "replicas=2", "shards=2", "model.staleness=3", "model.replaceAfter=2"];
        await using TrainingCluster cluster = await TrainingCluster.Start(2);
        await DictionaryRunTests.Finish(cluster, "whole", spread);
        await cluster.FinishInHalves("halves", DictionaryRunTests.Experiment(spread), 5);
        Assert.Equal(cluster.Sums("whole"), cluster.Sums("halves"));
    }

    [Fact]
    public async Task A_lost_silo_changes_no_bit()
    {
        string[] spread = ["steps=200", "replicas=2", "shards=3", "checkpoint.every=25", "model.staleness=2"];
        await using TrainingCluster cluster = await TrainingCluster.Start(3);
        await DictionaryRunTests.Finish(cluster, "whole", spread);
        await cluster.FinishWithoutASilo("run", DictionaryRunTests.Experiment(spread), 30);
        Assert.Equal(cluster.Sums("whole"), cluster.Sums("run"));
    }

    [Fact]
    public void An_encoder_cannot_lag()
    {
        ExperimentFileException refused = Assert.Throws<ExperimentFileException>(() => DictionaryRunTests.Experiment("model.staleness=1", "model.encoder=tanh"));
        Assert.Contains("staleness: needs encoder.kind: none", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>The same without actors: a queue of statistics, each made before the dictionary moved that many times more.</summary>
    private static async Task<float[]> Plain(int staleness)
    {
        ImageDataset digits = DatasetCatalog.Open("digits", "train", DatasetLocator.SearchFolders(null));
        PatchSet patches = new(digits, new PatchOptions { Size = 5, Count = 1000 }, 7);
        EpochSampler sampler = new(1000, 50, 0, 1, 7);
        DictionaryOptions options = new() { Atoms = 24 };
        using DeviceThread device = new("test", CPU, 1);
        return await device.RunAsync(() =>
        {
            using IDisposable mode = no_grad();
            using DictionaryBlock block = new(options, options.Block(0, 1), 25, ScalarType.Float32, 7, patches.Draw);
            Tensor atoms_KD = DictionaryBlock.FirstAtoms(options, 25, ScalarType.Float32, 7, patches.Draw);
            int[] indices = new int[50];
            float[] signals = new float[50 * 25];
            Queue<CodeStatistics> waiting = [];
            void Code(int due)
            {
                sampler.Indices(due, indices);
                patches.Gather(indices, signals);
                Tensor x_BD = frombuffer((float[])signals.Clone(), ScalarType.Float32).view(50, 25);
                waiting.Enqueue(CodeStatistics.Of(x_BD, SparseCoding.Infer(x_BD, atoms_KD, options.Coding)));
            }

            for (int due = 0; due < staleness; due++)
            {
                Code(due);
            }

            for (int step = 0; step < 30; step++)
            {
                Code(step + staleness);
                using CodeStatistics due = waiting.Dequeue();
                block.Absorb(options.Forgetting.Factor(step, 50), [due.Increment_KE], [due.Uses_K]);
                block.Replace(step, atoms_KD);
                block.Descend(atoms_KD, atoms_KD.clone());
            }

            return atoms_KD.data<float>().ToArray();
        });
    }
}
