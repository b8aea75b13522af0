using System.Security.Cryptography;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Contracts.Runs;
using Cluster.Grains;
using Cluster.Silo;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace Cluster.Grains.Tests;

/// <summary>A test cluster of some silos with a folder of runs of its own.</summary>
public sealed class TrainingCluster : IAsyncDisposable
{
    /// <summary>No step of these tiny runs takes long: a run that is not done by then hangs.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private static string s_runs = "";

    /// <summary>The clock of all silos, which runs as the machine's does unless a test wants otherwise.</summary>
    public static FaultClock Clock { get; } = new();

    /// <summary>The tensors of these runs are small; by default most of them travel beside the messages nevertheless.</summary>
    private static readonly Action<BulkOptions> Beside = options => options.Threshold = 256;

    private static Action<BulkOptions> s_bulk = Beside;

    private static Action<IServiceCollection>? s_services;

    private TrainingCluster(TestCluster cluster, string runs)
    {
        Cluster = cluster;
        Runs = runs;
    }

    public TestCluster Cluster { get; }

    public string Runs { get; }

    /// <summary>Starts silos; tests of this project run one after the other, so that they may share the static.</summary>
    public static async Task<TrainingCluster> Start(short silos = 1, string? runs = null, Action<BulkOptions>? bulk = null, Action<IServiceCollection>? services = null)
    {
        s_services = services;
        s_bulk = bulk ?? Beside;
        s_runs = runs ?? Directory.CreateTempSubdirectory("cluster-test-").FullName;
        TestClusterBuilder builder = new(silos);
        builder.AddSiloBuilderConfigurator<Configurator>();
        TestCluster cluster = builder.Build();
        await cluster.DeployAsync();
        return new TrainingCluster(cluster, s_runs);
    }

    public static string Experiment(params string[] overrides) => ExperimentFile.Parse(
        """
        model:
          kind: gan
          latent: 8
          generator: {hidden: [16]}
          discriminator: {hidden: [16]}
        data: digits
        steps: 12
        batch: 16
        threads: 1
        checkpoint: {every: 0}
        sample: {every: 0}
        metrics: {every: 4}
        """,
        "test.yaml",
        overrides).ToYaml();

    public IExperimentGrain Run(string name) => Cluster.GrainFactory.GetGrain<IExperimentGrain>(name);

    public RunFolder Folder(string name) => new(Runs, name);

    /// <summary>Trains a run to its end.</summary>
    public async Task<RunStatus> Train(string name, params string[] overrides)
    {
        await Run(name).Start(Experiment(overrides));
        return await Ended(name);
    }

    /// <summary>Trains a run to its end, which must be a good one.</summary>
    public async Task<RunStatus> Finish(string name, params string[] overrides)
    {
        RunStatus status = await Train(name, overrides);
        Assert.True(status.State == RunState.Finished, status.Problem);
        return status;
    }

    /// <summary>Starts a run, stops it after some steps, and trains it to its end.</summary>
    public async Task FinishInHalves(string name, string experiment, long after)
    {
        await Run(name).Start(experiment);
        await Until(name, status => status.Step >= after);
        await Run(name).Pause();
        await GoOn(name);
    }

    /// <summary>Starts a run, kills a silo after some steps, and trains the run to its end.</summary>
    public async Task FinishWithoutASilo(string name, string experiment, long after)
    {
        await Run(name).Start(experiment);
        await Until(name, status => status.Step >= after);
        await Cluster.KillSiloAsync(Cluster.SecondarySilos[^1]);
        await GoOn(name);
    }

    /// <summary>Waits for a run's end. Where it has stopped, as it does with the silo that carried it, it is resumed.</summary>
    private async Task GoOn(string name)
    {
        RunStatus status = await Ended(name);
        if (status.State is not (RunState.Finished or RunState.Failed))
        {
            await Run(name).Resume();
            status = await Ended(name);
        }

        Assert.Equal((RunState.Finished, null), (status.State, status.Problem));
    }

    /// <summary>The items of an evaluation by name, as a person gets them; words on its progress are left out.</summary>
    public async Task<Dictionary<string, EvaluationItem>> Evaluated(string name, EvaluationRequest? request = null)
    {
        Dictionary<string, EvaluationItem> items = [];
        await foreach (EvaluationItem item in Run(name).Evaluate(request))
        {
            if (item.Kind != EvaluationKind.Progress)
            {
                items.Add(item.Name, item);
            }
        }

        return items;
    }

    /// <summary>Waits until a run neither trains nor recovers.</summary>
    public Task<RunStatus> Ended(string name) => Until(name, status => status.State is not (RunState.Running or RunState.Recovering or RunState.Queued));

    /// <summary>Waits for a status.</summary>
    public async Task<RunStatus> Until(string name, Func<RunStatus, bool> reached)
    {
        using CancellationTokenSource limit = new(Limit);
        while (true)
        {
            try
            {
                RunStatus status = await Run(name).Status();
                if (reached(status))
                {
                    return status;
                }
            }
            catch (Exception lost) when (lost is TimeoutException || Losses.IsUnreachable(lost))
            {
                // The question may have gone to a silo that died with it; whoever asks, asks again.
            }

            await Task.Delay(10, limit.Token);
        }
    }

    /// <summary>SHA-256 of each parameter file of a checkpoint, by file name; the newest where no step is named.</summary>
    public SortedDictionary<string, string> Sums(string name, long? step = null)
    {
        string checkpoint = Path.Combine(Folder(name).Checkpoints, RunFolder.StepName(step ?? RunStateFile.Read(Folder(name))!.Checkpoint));
        return new(Directory.EnumerateFiles(checkpoint, "*.safetensors")
            .ToDictionary(path => Path.GetFileName(path)!, path => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)))), StringComparer.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.StopAllSilosAsync();
        await Cluster.DisposeAsync();
    }

    private sealed class Configurator : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder)
        {
            TrainingOptions options = new() { Runs = s_runs };
            s_bulk(options.Bulk);
            siloBuilder.AddTraining(options).AddOutgoingGrainCallFilter<MessageFaults>();
            siloBuilder.Services.AddSingleton<TimeProvider>(Clock);
            s_services?.Invoke(siloBuilder.Services);
        }
    }
}
