using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Cluster.Bench;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Contracts.Runs;
using Cluster.Data;
using Cluster.Models.Boltzmann;
using Cluster.Numerics.Tests;
using Cluster.Numerics;
using Orleans.Runtime;

namespace Cluster.Grains.Tests.Boltzmann;

public sealed class RbmRunTests
{
    private const string Machine = "model={kind: rbm, hidden: 12, chains: 20}";

    /// <summary>All that can be divided, is: replicas, shards, pools, temperatures.</summary>
    private static readonly string[] s_spread =
        ["model={kind: rbm, hidden: 12, chains: 20, pools: 3, temperatures: 3, hottest: 0.4}", "data={name: digits, binarize: dynamic}", "replicas=2", "shards=3"];

    [Fact]
    public async Task Actors_give_the_parameters_of_the_plain_loop()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Finish(
            "run", "model={kind: rbm, hidden: 40, chains: 16, centred: false, biasFromData: false}", "data={name: digits, binarize: threshold}", "seed=7", "steps=50");

        ImageDataset digits = DatasetCatalog.Open("digits", "train", DatasetLocator.SearchFolders(null));
        using DeviceThread device = new("test", TorchSharp.torch.CPU, 1);
        float[] expected = await device.RunAsync(() =>
        {
            using BareRbm rbm = new(new Rbm(new RbmOptions { Hidden = 40 }, 64), new SgdOptions(0.05), digits, 16, 7);
            for (int step = 0; step < 50; step++)
            {
                rbm.Step(step);
            }

            return rbm.Parameters.Values.data<float>().ToArray();
        });

        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(cluster.Folder("run").Checkpoints, "step-000050", "boltzmann-00-of-01.safetensors"));
        using TorchSharp.torch.Tensor values = file.Read("values");
        Assert.Equal(expected, MemoryMarshal.Cast<byte, float>(values.bytes).ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Replicas_pools_temperatures_and_staleness_give_the_same_files_on_one_and_on_two_silos(int staleness)
    {
        string[] spread = [.. s_spread, $"model.staleness={staleness}"];
        SortedDictionary<string, string> one, two;
        await using (TrainingCluster cluster = await TrainingCluster.Start(1))
        {
            RunStatus status = await cluster.Finish("run", spread);
            Assert.InRange(status.Figures["swapRate"], 0.01, 1);
            Assert.Equal(staleness, status.Figures.GetValueOrDefault("staleness"));
            one = cluster.Sums("run");
        }

        await using (TrainingCluster cluster = await TrainingCluster.Start(2))
        {
            await cluster.Finish("run", spread);
            two = cluster.Sums("run");
        }

        Assert.Equal(3 + 3 + 3, one.Count);
        Assert.Equal(one, two);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Pausing_and_resuming_gives_the_files_and_figures_of_an_undisturbed_run(int staleness)
    {
        string[] run = [.. s_spread, "steps=300", $"model.staleness={staleness}"];
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Finish("whole", run);
        await cluster.Run("halves").Start(TrainingCluster.Experiment(run));
        await cluster.Until("halves", status => status.Step >= 5);
        await cluster.Run("halves").Pause();
        RunStatus paused = await cluster.Ended("halves");
        Assert.InRange(paused.Step, 5, 299);
        await cluster.Run("halves").Resume();
        Assert.Equal(RunState.Finished, (await cluster.Ended("halves")).State);

        Assert.Equal(cluster.Sums("whole"), cluster.Sums("halves"));
        Assert.Equal(MetricsText.Lasting(cluster, "whole"), MetricsText.Lasting(cluster, "halves"));
    }

    [Fact]
    public async Task A_lost_silo_is_not_a_lost_run()
    {
        string[] run = [.. s_spread, "steps=400", "checkpoint.every=50", "model.staleness=1"];
        SortedDictionary<string, string> undisturbed;
        await using (TrainingCluster cluster = await TrainingCluster.Start(1))
        {
            await cluster.Finish("run", run);
            undisturbed = cluster.Sums("run");
        }

        await using (TrainingCluster cluster = await TrainingCluster.Start(3))
        {
            await cluster.Run("run").Start(TrainingCluster.Experiment(run));
            await cluster.Until("run", status => status.Step >= 80);
            var home = await cluster.Cluster.GrainFactory.GetGrain<IManagementGrain>(0).GetActivationAddress(cluster.Run("run"));
            await cluster.Cluster.KillSiloAsync(cluster.Cluster.SecondarySilos.First(silo => !silo.SiloAddress.Equals(home)));
            RunStatus status = await cluster.Ended("run");

            Assert.Equal((RunState.Finished, null), (status.State, status.Problem));
            Assert.Equal(undisturbed, cluster.Sums("run"));
        }
    }

    [Theory]
    [InlineData("model.k=2")]
    [InlineData("model.persistent=false")]
    [InlineData("model.centred=false")]
    [InlineData("model.pools=2")]
    [InlineData("model.temperatures=2")]
    [InlineData("model.staleness=1")]
    [InlineData("model={kind: rbm, hidden: 12, chains: 20, sparsityWeight: 0.5}")]
    [InlineData("model={kind: rbm, hidden: 12, chains: 20, biasFromData: false}")]
    [InlineData("optimizer={name: sgd, learningRate: 0.05, momentum: 0.5}")]
    public async Task What_the_file_says_changes_the_result(string change)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Finish("plain", Machine);
        await cluster.Finish("changed", Machine, change);
        Assert.NotEqual(cluster.Sums("plain")["boltzmann-00-of-01.safetensors"], cluster.Sums("changed")["boltzmann-00-of-01.safetensors"]);
    }

    [Fact]
    public async Task With_staleness_a_gradient_is_packed_before_the_next_sweep_begins()
    {
        ConcurrentQueue<Activity> spans = [];
        using (ActivityListener listener = new()
        {
            ShouldListenTo = static source => source.Name is "Cluster.Training" or "Microsoft.Orleans.Application",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        })
        {
            ActivitySource.AddActivityListener(listener);
            await using TrainingCluster cluster = await TrainingCluster.Start(2, services: EvenPlacement.Use);
            await cluster.Finish("run", [.. s_spread, "model.staleness=2", "metrics.traceEvery=1"]);
        }

        static bool Is(Activity span, string work) => (string?)span.GetTagItem("cluster.device.work") == work;
        Dictionary<ActivitySpanId, Activity> exchanges = spans.Where(span => span.OperationName == "exchange.reduce").ToDictionary(span => span.SpanId);
        ILookup<ActivitySpanId, Activity> packs = spans.Where(span => Is(span, "exchange.pack") && exchanges.ContainsKey(span.ParentSpanId))
            .ToLookup(span => exchanges[span.ParentSpanId].ParentSpanId);
        (Activity Sweep, Activity Pack)[] pairs = [.. spans.Where(span => Is(span, "chain.sweep")).SelectMany(sweep => packs[sweep.ParentSpanId].Select(pack => (sweep, pack)))];
        Assert.True(pairs.Length > 0, string.Join(", ", spans.CountBy(span => $"{span.OperationName} {span.GetTagItem("cluster.device.work")}")));
        Assert.All(pairs, pair => Assert.True(pair.Pack.StartTimeUtc <= pair.Sweep.StartTimeUtc));
    }

    [Fact]
    public async Task Training_raises_the_likelihood_and_annealing_agrees_with_the_exact_value()
    {
        string[] small = ["model={kind: rbm, hidden: 10, chains: 50}", "data={name: digits, binarize: threshold}", "batch=50", "evaluate={examples: 300, annealingChains: 100, annealingSteps: 300}"];
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Finish("short", [.. small, "steps=1"]);
        await cluster.Finish("long", [.. small, "steps=1500"]);
        Dictionary<string, EvaluationItem> before = await Evaluate(cluster, "short"), after = await Evaluate(cluster, "long");

        Assert.True(after["logLikelihood"].Value > before["logLikelihood"].Value + 2, $"{before["logLikelihood"].Value} to {after["logLikelihood"].Value}");
        Assert.True(after["reconstruction"].Value < before["reconstruction"].Value);
        foreach (string way in new[] { "logZAis", "logZReverseAis" })
        {
            Assert.InRange(after[way].StandardError, 1e-6, 0.3);
            Assert.Equal(after["logZ"].Value, after[way].Value, 5 * after[way].StandardError);
        }

        Assert.Equal(["completions", "filters", "neighbours", "particles", "reconstructions", "samples"], after.Values.Where(item => item.Kind == EvaluationKind.Picture).Select(item => item.Name).Order());
    }

    [Theory]
    [InlineData("model={kind: rbm, hidden: 12, chains: 20, visible: gaussian}")]
    [InlineData("model={kind: rbm, hidden: 12, visible: gaussian, persistent: false, learnVariance: false}")]
    [InlineData("model={kind: rbm, hidden: 12, persistent: false, k: 2}")]
    public async Task Every_kind_of_machine_trains_draws_and_is_judged(string machine)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        RunStatus status = await cluster.Finish("run", machine, "steps=200", "optimizer.learningRate=0.01", "evaluate={examples: 100, annealingChains: 20, annealingSteps: 100}");
        Assert.All(status.Figures.Values, figure => Assert.True(double.IsFinite(figure)));
        Dictionary<string, EvaluationItem> judged = await Evaluate(cluster, "run");
        Assert.Equal(judged["logZ"].Value, judged["logZAis"].Value, 8 * judged["logZAis"].StandardError);
        foreach (string picture in new[] { "samples", "filters", "reconstructions", "completions" })
        {
            byte[] once = await cluster.Run("run").Sample(picture, 2, 3, 5), again = await cluster.Run("run").Sample(picture, 2, 3, 5);
            Assert.Equal(once, again);
            Assert.Equal("PNG", Encoding.ASCII.GetString(once, 1, 3));
        }

        InputException unknown = await Assert.ThrowsAsync<InputException>(() => cluster.Run("run").Sample("atoms", 2, 2, 0));
        Assert.Contains("samples, filters, reconstructions, completions", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_variance_stays_1_where_it_is_not_learned()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Finish("held", "model={kind: rbm, hidden: 4, chains: 16, visible: gaussian, learnVariance: false}");
        await cluster.Finish("free", "model={kind: rbm, hidden: 4, chains: 16, visible: gaussian}");
        float[] held = await Exported(cluster, "held", "boltzmann.visible.log_variance"), free = await Exported(cluster, "free", "boltzmann.visible.log_variance");
        Assert.Equal(64, held.Length);
        Assert.All(held, z => Assert.Equal(0f, z));
        Assert.Contains(free, z => z != 0);
    }

    [Fact]
    public async Task Exports_carry_the_parameters_by_name()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Finish("run", Machine, "shards=2");
        Assert.Equal(64 * 12, (await Exported(cluster, "run", "boltzmann.weight")).Length);
        Assert.Equal(64, (await Exported(cluster, "run", "boltzmann.visible.bias")).Length);
        Assert.Equal(12, (await Exported(cluster, "run", "boltzmann.hidden.bias")).Length);
        Assert.Equal(12, (await Exported(cluster, "run", "offsets.hidden.mean")).Length);
    }

    [Fact]
    public async Task A_machine_that_diverges_stops_the_run()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        RunStatus status = await cluster.Train("run", "model={kind: rbm, hidden: 12, chains: 20, visible: gaussian}", "steps=300", "optimizer.learningRate=1e6");
        Assert.Equal(RunState.Failed, status.State);
        Assert.Matches(@"^the loss of run/(boltzmann|chain)/0 is (NaN|-?Infinity) at step \d+; there is no checkpoint yet$", status.Problem);
    }

    [Fact]
    public async Task Runs_leave_no_tensor_behind()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string[] run = [.. s_spread, "model.staleness=2"];
        await cluster.Finish("warm", run);
        long before = LiveTensors.Settled();
        await cluster.Finish("again", [.. run, "steps=100", "checkpoint.every=20", "sample.every=20"]);
        Assert.Equal(before, TorchSharp.torch.Tensor.TotalCount);
    }

    [Theory]
    [InlineData("model={kind: rbm, visible: gaussian}", "data.binarize=threshold", "Gaussian visible units take grey pixels")]
    [InlineData("model={kind: rbm, visible: gaussian, standardize: pixel}", "seed=0", "its variance is zero and it cannot be standardized by itself; choose model.standardize: global")]
    public async Task Data_that_do_not_suit_the_units_are_refused_before_anything_is_made(string model, string data, string message)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        InputException refused = await Assert.ThrowsAsync<InputException>(() => cluster.Run("run").Start(TrainingCluster.Experiment(model, data)));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(cluster.Folder("run").Path));
    }

    [Fact]
    public async Task Pixels_outside_0_to_1_are_named_for_Bernoulli_units_and_standardized_for_Gaussian_ones()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string file = Path.Combine(cluster.Runs, "points.csv"), flat = Path.Combine(cluster.Runs, "flat.csv");
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, 40).Select(row => row == 20 ? "0,1.5" : "0,1"));
        await File.WriteAllLinesAsync(flat, Enumerable.Repeat("0.5,0.5", 40));
        InputException outside = await Assert.ThrowsAsync<InputException>(() => cluster.Run("outside").Start(TrainingCluster.Experiment(Machine, "data=" + file)));
        Assert.Equal($"data: {file}/train, row 21, column 2 holds 1.5: Bernoulli visible units need values from 0 to 1", outside.Message);
        InputException constant = await Assert.ThrowsAsync<InputException>(() => cluster.Run("flat").Start(TrainingCluster.Experiment("model={kind: rbm, visible: gaussian}", "data=" + flat)));
        Assert.Contains("zero variance", constant.Message, StringComparison.Ordinal);
        await cluster.Finish("fine", "model={kind: rbm, visible: gaussian, hidden: 3, chains: 16}", "data=" + file);
    }

    [Theory]
    [InlineData("{kind: rbm, k: 0}", "k")]
    [InlineData("{kind: rbm, hidden: 0}", "hidden")]
    [InlineData("{kind: rbm, sparsityWeight: -1}", "sparsityWeight")]
    [InlineData("{kind: rbm, sparsityTarget: 1}", "sparsityTarget")]
    [InlineData("{kind: rbm, hottest: 0}", "hottest")]
    [InlineData("{kind: rbm, staleness: -1}", "staleness")]
    [InlineData("{kind: rbm, chains: 4, pools: 5}", "cannot exceed chains")]
    [InlineData("{kind: rbm, persistent: false, temperatures: 2}", "needs persistent: true")]
    [InlineData("{kind: rbm, persistent: false, staleness: 2}", "needs persistent: true")]
    [InlineData("{kind: rbm, persistent: false, pools: 2}", "needs persistent: true")]
    public void Bad_values_in_the_file_are_errors(string model, string message) =>
        Assert.Contains(message, Assert.Throws<ExperimentFileException>(() => TrainingCluster.Experiment("model=" + model)).Message, StringComparison.Ordinal);

    private static async Task<Dictionary<string, EvaluationItem>> Evaluate(TrainingCluster cluster, string run)
    {
        Dictionary<string, EvaluationItem> items = new(StringComparer.Ordinal);
        await foreach (EvaluationItem item in cluster.Run(run).Evaluate())
        {
            if (item.Kind != EvaluationKind.Progress)
            {
                items.Add(item.Name, item);
            }
        }

        return items;
    }

    private static async Task<float[]> Exported(TrainingCluster cluster, string run, string name)
    {
        string path = Path.Combine(cluster.Runs, run + "-exported.safetensors");
        await using (FileStream file = File.Create(path))
        {
            await foreach (byte[] piece in cluster.Run(run).Export())
            {
                await file.WriteAsync(piece);
            }
        }

        using SafetensorsFile exported = SafetensorsFile.Open(path);
        using TorchSharp.torch.Tensor tensor = exported.Read(name);
        return MemoryMarshal.Cast<byte, float>(tensor.bytes).ToArray();
    }

}
