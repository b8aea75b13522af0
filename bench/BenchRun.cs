using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Grains;
using Cluster.Silo;

namespace Cluster.Bench;

/// <summary>A run of the MLP GAN on MNIST through the actors, in a silo of this process.</summary>
internal sealed class BenchRun : IAsyncDisposable
{
    private readonly DirectoryInfo _runs;
    private readonly TrainingSilo _silo;
    private readonly IExperimentGrain _run;

    private BenchRun(DirectoryInfo runs, TrainingSilo silo)
    {
        _runs = runs;
        _silo = silo;
        _run = silo.Grains.GetGrain<IExperimentGrain>("bench");
    }

    /// <summary>Starts to train.</summary>
    public static async Task<BenchRun> Start(Flags flags, int steps, params string[] overrides)
    {
        string[] all =
        [
            $"steps={steps}", $"batch={flags.Number("batch", 64)}", $"threads={flags.Number("threads", 2)}", "sample.every=0", .. overrides,
            .. flags.Text("set") is { } more ? new[] { more } : [],
        ];
        ExperimentFile file = ExperimentFile.Parse("model: {kind: gan}\ndata: mnist\n", "bench.yaml", all);
        DirectoryInfo runs = Directory.CreateTempSubdirectory("cluster-bench-");
        BenchRun run = new(runs, await TrainingSilo.Start(new TrainingOptions { Runs = runs.FullName, Data = flags.Text("data") }));
        await run._run.Start(file.ToYaml());
        return run;
    }

    /// <summary>The present status, a moment after the last: looking often would cost steps.</summary>
    public async Task<RunStatus> Next()
    {
        await Task.Delay(25);
        RunStatus status = await _run.Status();
        return status.State == RunState.Failed ? throw new InvalidOperationException(status.Problem) : status;
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _runs.Delete(recursive: true);
    }
}
