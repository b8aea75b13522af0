using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Grains.Tests.Diagnosis;

/// <summary>Each rule on a run that really shows its fault.</summary>
[Trait("Orleans", "either")]
public sealed class FaultTests
{
    private const string Gan = "{kind: gan, latent: 8, generator: {hidden: [32]}, discriminator: {hidden: [32]}}";
    private const string Vae = "{kind: vae, latent: 4, encoder: {hidden: [32]}, decoder: {hidden: [32]}}";

    public static TheoryData<string, string, int, string[]> Faults => new()
    {
        // A rate at which the first steps of plain SGD overflow.
        { "non-finite", Gan, 40, ["optimizer={name: sgd, learningRate: 1e30}", "model.generator.output=sigmoid"] },

        // Too large a rate: units saturate one way or the other, and reconstructions are worse than the mean image.
        { "diverging", "{kind: rbm, hidden: 40, chains: 20}", 100, ["data.binarize=threshold", "optimizer.learningRate=20"] },
        { "diverging", "{kind: autoencoder, latent: 6, hidden: [32]}", 100, ["optimizer={name: adam, learningRate: 3}"] },

        // Too small a rate: steps are lost in the parameters' last digit.
        { "stalled", Vae, 80, ["optimizer={name: adam, learningRate: 1e-12}"] },

        // The code costs a hundred times what it saves.
        { "posterior-collapse", Vae, 400, ["model.beta=100", "optimizer={name: adam, learningRate: 0.01}"] },

        // The generator stands still while the discriminator learns.
        { "discriminator-wins", Gan, 400, ["optimizer.generator.learningRate=1e-5", "optimizer.discriminator.learningRate=0.01"] },

        // The generator follows a discriminator that hardly moves, to the one image which that likes best.
        { "mode-collapse", Gan, 300, ["metrics.every=2", "optimizer.generator.learningRate=0.01", "optimizer.discriminator.learningRate=1e-5"] },

        // A penalty that no signal's correlation with an atom exceeds: codes are empty.
        { "dead-atoms", "{kind: dictionary, atoms: 20, penalty: 2, replaceAfter: 0, patch: {size: 0}}", 100, [] },

        // With it, atoms are replaced for ever.
        { "dead-atoms", "{kind: dictionary, atoms: 20, penalty: 2, replaceAfter: 3, patch: {size: 0}}", 100, [] },

        // Weights so large that no unit is in doubt.
        { "chains-stuck", "{kind: rbm, hidden: 40, chains: 20, initialWeightStd: 50}", 100, ["data.binarize=threshold"] },

        // Two temperatures, as far apart as can be.
        { "chains-stuck", "{kind: rbm, hidden: 40, chains: 20, temperatures: 2, hottest: 0.01, initialWeightStd: 3}", 100, ["data.binarize=threshold"] },
    };

    [Theory, MemberData(nameof(Faults))]
    public async Task A_fault_is_found_once(string rule, string model, int steps, string[] overrides)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string[] found = await cluster.Findings(DiagnosisRuns.Of(model, steps, overrides));
        Assert.True(found.Count(each => each == rule) == 1, $"found [{string.Join(", ", found)}]; {(File.Exists(cluster.Folder("run").Metrics) ? DiagnosisRuns.Last(cluster) : "no row")}");
        RunEvent told = DiagnosisRuns.Events(cluster).Single(each => each.Rule == rule && each.Kind == RunEvent.Diagnosis);
        Assert.NotEqual("", told.Suggestion);
        Assert.Contains(told.Severity, (string[])["info", "warning", "critical"]);
        Assert.InRange(told.Step, 0, steps);
    }

    [Fact]
    public async Task A_machine_that_learns_few_images_by_heart_overfits()
    {
        using FewDigits digits = new(16);
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string[] found = await cluster.Findings(DiagnosisRuns.Of(
            "{kind: rbm, hidden: 60, chains: 20}", 2000, "batch=16", $"data.name={digits.Name}", "data.binarize=threshold", "optimizer.learningRate=0.1", "metrics.every=50"));
        Assert.True(found.SequenceEqual(["overfitting"]), $"found [{string.Join(", ", found)}]; {DiagnosisRuns.Last(cluster)}");
    }

    [Fact]
    public async Task A_replica_whose_gradients_are_held_up_is_a_straggler()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start(2, services: EvenPlacement.Use);
        // Of one role: two that take turns have half of the time each, and each actor is compared with its kind.
        using (MessageFaults.Set((context, _) =>
            context.MethodName == "Reduce" && context.TargetId.ToString().Contains("/discriminator-shard/", StringComparison.Ordinal)
            && context.Request.GetArgument(0) is GradientPart { Replica: 1 } ? Task.Delay(150) : null))
        {
            string[] found = await cluster.Findings(DiagnosisRuns.Of(Gan, 24, "replicas=2", "shards=2", "metrics.every=2"));
            Assert.True(found.Contains("straggler"), $"found [{string.Join(", ", found)}]; {DiagnosisRuns.Last(cluster)}");
        }

        Assert.Contains("discriminator/1 is late", DiagnosisRuns.Events(cluster).First(each => each.Rule == "straggler").Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_whose_gradients_are_long_on_their_way_is_exchange_bound()
    {
        // Eight shards for each role on two silos: some of them are not where their replica is.
        await using TrainingCluster cluster = await TrainingCluster.Start(2, services: EvenPlacement.Use);
        using (MessageFaults.Set((context, _) => context.MethodName == "Reduce" ? Task.Delay(50) : null))
        {
            string[] found = await cluster.Findings(DiagnosisRuns.Of(Gan, 60, "shards=8", "metrics.every=3"));
            Assert.True(found.Contains("exchange-bound") && !found.Contains("straggler"), $"found [{string.Join(", ", found)}]; {DiagnosisRuns.Last(cluster)}");
        }
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(1, false)]
    public async Task A_run_that_mostly_reads_its_data_is_input_bound(int milliseconds, bool bound)
    {
        // A step has one minibatch and several messages, of 1 ms each.
        EventClock clock = new();
        await using TrainingCluster cluster = await TrainingCluster.Start(services: SlowDatasets.Services(clock, TimeSpan.FromMilliseconds(milliseconds)));
        using (MessageFaults.Set((_, _) =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(1));
            return null;
        }))
        {
            string[] found = await cluster.Findings(DiagnosisRuns.Of(Gan, 120, "metrics.every=6"));
            Assert.True(found.SequenceEqual(bound ? ["input-bound"] : []), $"found [{string.Join(", ", found)}]; {DiagnosisRuns.Last(cluster)}");
        }

        double share = DiagnosisRuns.Rows(cluster)[^1].Figures["inputShare"];
        Assert.InRange(share, bound ? 0.8 : 0.01, bound ? 1 : 0.3);
    }
}
