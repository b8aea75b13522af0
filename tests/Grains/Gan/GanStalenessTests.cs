using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Contracts.Runs;
using Cluster.Data;
using Cluster.Numerics;
using Cluster.Numerics.Tests;

namespace Cluster.Grains.Tests;

/// <summary>GANs whose networks step at the same time, each on what the other was a bounded number of steps ago.</summary>
public sealed class GanStalenessTests
{
    private const string Classes = "model={kind: gan, conditional: true, codes: {categorical: [3]}, latent: 6, generator: {hidden: [16]}, discriminator: {hidden: [16], spectralNorm: true}}";
    private const string Penalty = "model={kind: gan, objective: wasserstein-gp, discriminatorSteps: 3, reuseFakes: false, latent: 6, generator: {hidden: [16]}, discriminator: {hidden: [16]}}";
    private const string Convolutions =
        "model={kind: gan, objective: least-squares, conditional: true, reuseFakes: false, latent: 4, generator: {net: dcgan, channels: 2}, discriminator: {net: dcgan, channels: 2}}";
    private const string BigGan =
        "model={kind: gan, objective: hinge, conditional: true, discriminatorSteps: 2, latent: 6, codes: {categorical: [3]}, "
        + "generator: {net: dcgan, channels: 2, classEmbedding: 3, skipLatent: true, spectralNorm: true, average: 0.9}, discriminator: {net: dcgan, channels: 2, spectralNorm: true}}";

    [Theory]
    [InlineData(1, 1, "seed=7")]
    [InlineData(2, 2, "model.discriminatorSteps=2")]
    [InlineData(1, 3, Classes)]
    [InlineData(3, 1, Penalty)]
    public async Task Fakes_are_of_that_many_steps_ago_and_judged_before_the_step(int staleness, short silos, string change)
    {
        string[] run = [change, $"model.staleness={staleness}", "metrics.every=1"];
        await using TrainingCluster cluster = await TrainingCluster.Start(silos);
        await cluster.Finish("actors", run);
        (float[] generator, float[] discriminator) = await Plain(TrainingCluster.Experiment(run));
        Assert.Equal(generator, SameBitsTests.Values(cluster, "generator"));
        Assert.Equal(discriminator, SameBitsTests.Values(cluster, "discriminator"));

        // Whichever of the two networks gets its messages first.
        using (MessageFaults.Set((message, seen) => message.MethodName == nameof(IDiscriminatorGrain.Judge) || seen % 3 == 0 ? Task.Delay(3) : null))
        {
            await cluster.Finish("late", run);
        }

        Assert.Equal(cluster.Sums("actors"), cluster.Sums("late"));

        // The first steps have no generator that is as old.
        double[] lags = [.. Enumerable.Range(0, 12).Select(step => (double)Math.Min(step, staleness))];
        Assert.Equal(lags, MetricsText.Figures(cluster, "actors", "staleness"));
    }

    [Theory]
    [InlineData("model.discriminatorSteps=2", 2)]
    [InlineData("exchange.localSteps=3", 1)]
    [InlineData("exchange.compression={name: top-k, share: 0.1}", 1)]
    [InlineData(Convolutions, 2)]
    [InlineData(BigGan, 1)]
    public async Task Two_silos_with_a_pause_and_three_with_a_loss_change_no_file(string change, int staleness)
    {
        string experiment = TrainingCluster.Experiment(
            change, $"model.staleness={staleness}", "replicas=2", "shards=2", "steps=60", "checkpoint.every=12", change == BigGan ? "seed=1" : "model.generator.average=0");
        SortedDictionary<string, string> one;
        await using (TrainingCluster cluster = await TrainingCluster.Start(1))
        {
            await cluster.Complete("run", experiment);
            one = cluster.Sums("run");
        }

        Assert.Contains("discriminator-fakes-01-of-02.safetensors", one.Keys);
        await using (TrainingCluster cluster = await TrainingCluster.Start(2))
        {
            await cluster.FinishInHalves("run", experiment, after: 5);
            Assert.Equal(one, cluster.Sums("run"));
        }

        await using (TrainingCluster cluster = await TrainingCluster.Start(3))
        {
            await cluster.Run("run").Start(experiment);
            await cluster.Until("run", status => status.Step >= 15);
            await cluster.Cluster.KillSiloAsync(await RunLifeTests.SiloWithout(cluster, "run"));
            RunStatus status = await cluster.Ended("run");
            Assert.Equal((RunState.Finished, null), (status.State, status.Problem));
            Assert.Equal(one, cluster.Sums("run"));
        }
    }

    [Fact]
    public async Task Pausing_and_resuming_gives_the_figures_of_an_undisturbed_run()
    {
        string[] run = ["steps=200", "model.staleness=3", "replicas=2"];
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Finish("whole", run);
        await cluster.FinishInHalves("halves", TrainingCluster.Experiment(run), after: 5);
        Assert.Equal(cluster.Sums("whole"), cluster.Sums("halves"));
        Assert.Equal(MetricsText.Lasting(cluster, "whole"), MetricsText.Lasting(cluster, "halves"));
    }

    [Fact]
    public async Task A_step_that_is_left_out_ages_no_fakes()
    {
        // The first steps of plain SGD at this rate throw the parameters so far that later gradients overflow.
        string[] wild =
        [
            "steps=10", "checkpoint.every=1", "checkpoint.keep=20", "metrics.every=1", "optimizer={name: sgd, learningRate: 1e30}", "model.generator.output=sigmoid",
            "onNonFinite=rollback", "model.staleness=2",
        ];
        await using TrainingCluster one = await TrainingCluster.Start();
        await one.Finish("run", wild);
        long[] left = [.. RunStateFile.Read(one.Folder("run"))!.LeftOut!];
        Assert.NotEmpty(left);
        double[] lags = [.. Enumerable.Range(0, 10 - left.Length).Select(step => (double)Math.Min(step, 2))];
        Assert.Equal(lags, MetricsText.Figures(one, "run", "staleness"));
        await using TrainingCluster two = await TrainingCluster.Start(2);
        await two.Finish("run", wild);
        Assert.Equal(one.Sums("run"), two.Sums("run"));
    }

    [Fact]
    public async Task Runs_leave_no_tensor_behind()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string[] run = ["model.staleness=2", "model.discriminatorSteps=2", "replicas=2"];
        await cluster.Finish("warm", run);
        long before = LiveTensors.Settled();
        await cluster.Finish("again", [.. run, "steps=100", "checkpoint.every=20", "sample.every=20"]);

        // Fewer where a tensor that an earlier test left to the garbage collector has gone meanwhile.
        Assert.InRange(TorchSharp.torch.Tensor.TotalCount, 0, before);
    }

    [Fact]
    public async Task Another_bound_cannot_go_on_from_the_checkpoint()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Run("run").Start(TrainingCluster.Experiment("steps=100000", "model.staleness=1"));
        await cluster.Until("run", status => status.Step >= 3);
        await cluster.Run("run").Pause();
        await cluster.Ended("run");
        string file = cluster.Folder("run").Experiment;
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("staleness: 1", "staleness: 2", StringComparison.Ordinal));
        await cluster.Run("run").Resume();
        RunStatus status = await cluster.Ended("run");

        Assert.Equal(RunState.Failed, status.State);
        Assert.Matches(@"discriminator-fakes-00-of-01\.safetensors belongs to another experiment file: staleness is 1, the run's experiment\.yaml gives 2", status.Problem);
    }

    [Fact]
    public async Task Fakes_beyond_the_bound_are_refused()
    {
        GanBlueprint blueprint = Blueprint(TrainingCluster.Experiment("model.staleness=2"));
        string folder = Directory.CreateTempSubdirectory("cluster-test-").FullName;
        using DeviceThread device = new("test", TorchSharp.torch.CPU, 1);
        await device.RunAsync(() =>
        {
            using WaitingFakes fakes = new(blueprint, device.Device), loaded = new(blueprint, device.Device);
            using TorchSharp.torch.Tensor into_BD = TorchSharp.torch.zeros(16, 64);
            Assert.Throws<InvalidOperationException>(() => fakes.Take(0, 0, into_BD)); // none came yet
            for (int ahead = 0; ahead < 2; ahead++)
            {
                fakes.Put(0, ahead, 0, 100 + ahead, Filled(ahead));
            }

            fakes.Put(0, 2, 0, 102, Filled(2));
            Assert.Equal((102, 2), fakes.Take(2, 0, into_BD));
            Assert.Equal(2f, into_BD.data<float>()[5]);

            // Had those of turn 1 been lost, turn 3 would find the ones that turn 0 has used.
            InvalidOperationException old = Assert.Throws<InvalidOperationException>(() => fakes.Take(3, 0, into_BD));
            Assert.Equal("fakes of turn 0 in turn 3 of the discriminator: not within 2 steps", old.Message);

            using (FakesState state = FakesState.Of(blueprint, 0, 7, 1, fakes))
            {
                state.Write(folder);
            }

            Assert.Equal(1, FakesState.Read(folder, blueprint, 0, loaded));
            Assert.Equal((101, 1), loaded.Take(1, 0, into_BD));
            Assert.Equal(1f, into_BD.data<float>()[63]);
            using (FakesState late = FakesState.Of(blueprint, 0, 8, 2, fakes))
            {
                late.Write(folder);
            }

            InputException refused = Assert.Throws<InputException>(() => FakesState.Read(folder, blueprint, 0, loaded));
            Assert.EndsWith("holds fakes that are not of the 2 steps before turn 2; the file was not written by this program", refused.Message, StringComparison.Ordinal);
        });

        static Incoming Filled(float value)
        {
            using TorchSharp.torch.Tensor fakes_BD = TorchSharp.torch.full([16, 64], value);
            return new Incoming(new TensorMessage(TensorFrame.Encode(fakes_BD), 0), null!, null);
        }
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1001")]
    [InlineData("half")]
    public void Bad_bounds_are_errors(string staleness)
    {
        ExperimentFileException refused = Assert.Throws<ExperimentFileException>(() => TrainingCluster.Experiment("model.staleness=" + staleness));
        Assert.Contains("staleness", refused.Message, StringComparison.Ordinal);
    }

    private static GanBlueprint Blueprint(string experiment)
    {
        ExperimentFile file = ExperimentFile.Parse(experiment, "test.yaml");
        return new GanBlueprint(file, DatasetCatalog.Open(file.Data.Name, file.Data.Split, DatasetLocator.SearchFolders(null)));
    }

    private static async Task<(float[] Generator, float[] Discriminator)> Plain(string experiment)
    {
        GanBlueprint blueprint = Blueprint(experiment);
        using DeviceThread device = new("test", TorchSharp.torch.CPU, 1);
        return await device.RunAsync(() =>
        {
            using LaggingGan gan = new(blueprint);
            for (int step = 0; step < blueprint.File.Steps; step++)
            {
                gan.Step(step);
            }

            return (gan.Generator.Values.data<float>().ToArray(), gan.Discriminator.Values.data<float>().ToArray());
        });
    }
}
