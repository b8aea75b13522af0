using Cluster.Contracts;
using Cluster.Contracts.Experiments;

namespace Cluster.Grains.Tests.Diagnosis;

/// <summary>The examples begin without a finding.</summary>
[Trait("Orleans", "either")]
public sealed class HealthyTests
{
    [Theory]
    [InlineData("gan-digits", 800)]
    [InlineData("gan-ring8", 400)]
    [InlineData("vae-digits", 800)]
    [InlineData("autoencoder-digits", 800)]
    [InlineData("rbm-digits", 1500)]
    [InlineData("dictionary-digits", 300)]
    public async Task A_healthy_run_raises_nothing(string example, int steps)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string file = ExperimentFile.Load(
            Path.Combine(AppContext.BaseDirectory, "examples", example + ".yaml"), [$"steps={steps}", "sample.every=0", "checkpoint.every=0", "threads=1"]).ToYaml();
        RunStatus status = await DiagnosisRuns.Run(cluster, file);
        Assert.True(status.State == RunState.Finished, status.Problem);
        Assert.True(
            DiagnosisRuns.Events(cluster).All(each => each.Rule is null),
            string.Join("; ", DiagnosisRuns.Events(cluster).Where(each => each.Rule is not null).Select(each => $"{each.Step} {each.Rule}: {each.Text}")) + DiagnosisRuns.Last(cluster));
    }
}
