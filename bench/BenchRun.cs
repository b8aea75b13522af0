using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Contracts.Runs;
using Cluster.Grains;
using Cluster.Silo;

namespace Cluster.Bench;

/// <summary>A run on MNIST through the actors, in a silo of this process.</summary>
internal sealed class BenchRun : IAsyncDisposable
{
    private readonly DirectoryInfo _runs;
    private readonly TrainingSilo _silo;
    private readonly IExperimentGrain _run;
    private TelemetrySink? _sink;

    private BenchRun(DirectoryInfo runs, TrainingSilo silo)
    {
        _runs = runs;
        _silo = silo;
        _run = silo.Grains.GetGrain<IExperimentGrain>("bench");
    }

    /// <summary>Starts to train the MLP GAN.</summary>
    public static Task<BenchRun> Start(Flags flags, int steps, params string[] overrides) =>
        StartOf("model: {kind: gan}\ndata: mnist\n", 64, flags, steps, overrides);

    /// <summary>Starts to train any experiment.</summary>
    public static async Task<BenchRun> StartOf(string experiment, int batch, Flags flags, int steps, params string[] overrides)
    {
        // The batch is that of all replicas together, as beside a peer that has one.
        int replicas = flags.Number("replicas", 1);
        string[] all =
        [
            $"steps={steps}", $"batch={flags.Number("batch", batch) / replicas}", $"threads={flags.Number("threads", 2)}",
            $"replicas={replicas}", $"shards={flags.Number("shards", replicas)}", "sample.every=0", .. overrides,
            .. flags.Text("set") is { } more ? new[] { more } : [],
        ];
        ExperimentFile file = ExperimentFile.Parse(experiment, "bench.yaml", all);
        DirectoryInfo runs = Directory.CreateTempSubdirectory("cluster-bench-");
        TelemetrySink? sink = flags.Text("export") is { } protocol and not "off" ? await TelemetrySink.Start(protocol) : null;
        BenchRun run = new(runs, await TrainingSilo.Start(new TrainingOptions { Runs = runs.FullName, Data = flags.Text("data") }));
        run._sink = sink;
        run.Experiment = file.ToYaml();
        await run._run.Start(run.Experiment);
        return run;
    }

    /// <summary>The present status, a moment after the last: looking often would cost steps.</summary>
    public async Task<RunStatus> Next()
    {
        await Task.Delay(25);
        RunStatus status = await _run.Status();
        return status.State == RunState.Failed ? throw new InvalidOperationException(status.Problem) : status;
    }

    /// <summary>The resolved experiment file.</summary>
    public string Experiment { get; private set; } = "";

    /// <summary>Milliseconds of the processor that this process spent on a step, in user and kernel mode and on all threads, over the stretches of <see cref="Rates"/>.</summary>
    public double ProcessorTime { get; private set; }

    /// <summary>Steps per second of several stretches, in order, after some that warm up.</summary>
    public async Task<List<double>> Rates(int steps, int repeat, int warm = 1)
    {
        List<double> rates = [];
        (long Time, long Step) mark = (0, 0), first = mark;
        TimeSpan processor = default;
        for (int round = 0; round < repeat + warm;)
        {
            RunStatus status = await Next();
            long now = TimeProvider.System.GetTimestamp();
            if (status.Step < (round + 1) * (long)steps)
            {
                continue;
            }

            if (round++ >= warm)
            {
                rates.Add((status.Step - mark.Step) / TimeProvider.System.GetElapsedTime(mark.Time, now).TotalSeconds);
            }
            else
            {
                first = (now, status.Step);
                processor = Environment.CpuUsage.TotalTime;
            }

            mark = (now, status.Step);
        }

        ProcessorTime = (Environment.CpuUsage.TotalTime - processor).TotalMilliseconds / (mark.Step - first.Step);
        return rates;
    }

    /// <summary>Figures of the run's last checkpoint on held-out data, once it has ended.</summary>
    public async Task<Dictionary<string, double>> Evaluate()
    {
        RunStatus status = await Next();
        while (status.State != RunState.Finished)
        {
            status = await Next();
        }

        Dictionary<string, double> figures = [];
        IEvaluatorGrain evaluator = _silo.Grains.GetGrain<IEvaluatorGrain>("bench/evaluator/0");
        await foreach (EvaluationItem item in evaluator.Evaluate(Experiment, RunFolder.StepName(status.Step)))
        {
            if (item.Kind == EvaluationKind.Figure)
            {
                figures[item.Name] = item.Value;
            }
        }

        return figures;
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _sink?.Dispose();
        _runs.Delete(recursive: true);
    }
}
