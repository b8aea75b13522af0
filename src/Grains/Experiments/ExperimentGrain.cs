using System.Runtime.CompilerServices;
using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Cluster.Grains;

/// <summary>
/// One run. Starting and resuming answer at once; training goes on as a task of this grain's own scheduler, which only
/// sends messages and awaits them, so that status and pause find the grain free.
/// </summary>
internal sealed class ExperimentGrain(SiloServices silo, ILogger<ExperimentGrain> logger) : Grain, IExperimentGrain
{
    private TrainingRun? _training;
    private RunStatus? _ended;
    private IGrainTimer? _alive;

    private string Run => this.GetPrimaryKeyString();

    private IEvaluatorGrain Evaluator => GrainFactory.GetGrain<IEvaluatorGrain>(ActorKeys.Replica(Run, "evaluator", 0));

    /// <inheritdoc/>
    public async Task<RunStatus> Start(string experiment)
    {
        RefuseWhileTraining();
        Blueprint blueprint = await Blueprint(experiment);
        RunFolder folder = silo.Run(Run);
        RunLock held = await Task.Run(() => RunFiles.Create(folder, experiment));
        return Launch(new TrainingRun(GrainFactory, silo, logger, folder, held, experiment, blueprint, before: null));
    }

    /// <inheritdoc/>
    public async Task<RunStatus> Resume()
    {
        RefuseWhileTraining();
        silo.Work.RefuseWhileLeaving();
        RunFolder folder = RunFolder.Find(silo.Run(Run).Root, Run);
        string experiment = await File.ReadAllTextAsync(folder.Experiment);
        Blueprint blueprint = await Blueprint(experiment);
        RunStateFile? state = RunStateFile.Read(folder);
        if (state is { State: RunState.Finished })
        {
            throw new InputException($"run {Run} has finished all {state.Steps} steps: there is nothing to resume");
        }

        if (CheckpointFolder.List(folder).Any(checkpoint => checkpoint.IsSealed))
        {
            // Without a sound one among them, to begin again would look like going on. (One that a kill cut short has no manifest.)
            await Newest();
        }

        RunLock held = await Task.Run(() => RunLock.Take(folder));
        return Launch(new TrainingRun(GrainFactory, silo, logger, folder, held, experiment, blueprint, state));
    }

    /// <inheritdoc/>
    public Task<RunStatus> Status()
    {
        if (_training is { } training)
        {
            return Task.FromResult(training.Status);
        }

        // The files are the truth, since the queue and a person may have changed them; what ended here knows its last figures too.
        RunFolder folder = silo.Run(Run);
        RunStatus now = RunFiles.Status(folder);
        if (!silo.InCluster && now.State is (RunState.Running or RunState.Recovering) && !folder.IsLocked())
        {
            // Whoever trained it went without a word. In a cluster it goes on by itself; here somebody must resume it.
            now = now with { State = RunState.Paused };
        }

        return Task.FromResult(_ended is { } ended && (ended.State, ended.Step) == (now.State, now.Step) ? ended : now);
    }

    /// <inheritdoc/>
    public Task Pause() => Stop(RunState.Paused);

    /// <inheritdoc/>
    public Task Cancel() => Stop(RunState.Cancelled);

    /// <inheritdoc/>
    public async Task Yield()
    {
        if (_training is { Done.IsCompleted: false } training)
        {
            training.Stop(RunState.Queued);
            await training.Done;
        }
    }

    /// <inheritdoc/>
    public Task Check(string experiment) => Blueprint(experiment);

    /// <inheritdoc/>
    public async Task<CheckpointChoice> NewestCheckpoint()
    {
        (_, CheckpointFolder checkpoint, IReadOnlyList<string> passed) = await Newest();
        return new CheckpointChoice(checkpoint.Step, passed);
    }

    /// <inheritdoc/>
    public async Task<byte[]> Sample(string? picture, int rows, int columns, ulong seed, double truncation)
    {
        (string experiment, CheckpointFolder checkpoint, _) = await Newest();
        return await Evaluator.Draw(experiment, checkpoint.Name, picture, rows, columns, seed, truncation);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<EvaluationItem> Evaluate(EvaluationRequest? request, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        (string experiment, CheckpointFolder checkpoint, _) = await Newest();
        Dictionary<string, double> figures = new(StringComparer.Ordinal);
        await foreach (EvaluationItem item in Evaluator.Evaluate(experiment, checkpoint.Name, request, cancellation))
        {
            if (item.Kind == EvaluationKind.Figure)
            {
                figures["evaluate/" + item.Name] = item.Value;
                if (!double.IsNaN(item.HeldOut))
                {
                    figures["evaluate/heldOut/" + item.Name] = item.HeldOut;
                }
            }

            yield return item;
        }

        // While the run trains, its journal alone writes the file.
        if (request?.Samples is null && _training is not { Done.IsCompleted: false })
        {
            await Task.Run(() => RunFiles.AppendMetrics(silo.Run(Run), checkpoint.Step, figures), cancellation);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<byte[]> Export([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        (string experiment, CheckpointFolder checkpoint, _) = await Newest();
        Blueprint blueprint = await silo.Blueprints.Get(experiment);
        byte[] file = await Task.Run(() => ParameterExport.Of(blueprint, checkpoint), cancellation);
        foreach (byte[] piece in file.Chunk(1 << 20))
        {
            yield return piece;
        }
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_training is { } training)
        {
            training.Stop(silo.InCluster ? RunState.Queued : RunState.Paused);
            await training.Done;
        }
    }

    /// <summary>Stops the training with a checkpoint; of a run that waits or that was left behind, only its state changes.</summary>
    private Task Stop(RunState rest)
    {
        if (_training is { Done.IsCompleted: false } training)
        {
            training.Stop(rest);
            return Task.CompletedTask;
        }

        return silo.InCluster ? Task.Run(() => RunFiles.Rest(silo.Run(Run), rest, silo.Time)) : Task.CompletedTask;
    }

    /// <summary>The run's blueprint, once data and device are known to be there.</summary>
    private async Task<Blueprint> Blueprint(string experiment)
    {
        Blueprint blueprint = await silo.Blueprints.Get(experiment);
        if (!silo.InCluster)
        {
            // In a cluster the device may be another silo's.
            await Task.Run(() => silo.Devices.Get(blueprint.File.Device.ToString(), blueprint.File.Threads));
        }

        string best = blueprint.File.Checkpoint.Best;
        IReadOnlyList<string> figures = blueprint.Workflow(new WorkflowContext(GrainFactory, Run, experiment, 0)).FigureNames;
        if (best.Length > 0 && !figures.Contains(best, StringComparer.Ordinal))
        {
            throw new InputException($"checkpoint.best: {best} is no figure of a {blueprint.File.Model.Kind}; its figures are {string.Join(", ", figures)}");
        }

        return blueprint;
    }

    private RunStatus Launch(TrainingRun training)
    {
        _training = training;
        silo.Work.Add(Run, training);
        training.Begin();
        _ = End(training);

        // Training is no request: without this, an idle grain with a busy run would be collected.
        _alive = this.RegisterGrainTimer(
            static _ => Task.CompletedTask,
            new GrainTimerCreationOptions(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30)) { KeepAlive = true, Interleave = true });
        return training.Status;
    }

    /// <summary>A run that has ended holds nothing but its last words, and another of the queue may begin.</summary>
    private async Task End(TrainingRun training)
    {
        await training.Done;
        _ended = training.Status;
        if (_training == training)
        {
            _training = null;
            _alive?.Dispose();
        }

        if (silo.InCluster)
        {
            try
            {
                await GrainFactory.GetGrain<IClusterGrain>(0).Wake();
            }
            catch (Exception leaving) when (leaving is OrleansException or TimeoutException or ObjectDisposedException)
            {
                // The silos' reports wake it too.
            }
        }
    }

    private void RefuseWhileTraining()
    {
        if (_training is { Done.IsCompleted: false })
        {
            throw new InputException($"run {Run} is training now");
        }
    }

    private Task<(string Experiment, CheckpointFolder Checkpoint, IReadOnlyList<string> Passed)> Newest()
    {
        RunFolder folder = RunFolder.Find(silo.Run(Run).Root, Run);
        return Task.Run(() =>
        {
            List<string> passed = [];
            CheckpointFolder? sound = CheckpointFolder.NewestSound(folder, passed.Add);
            string why = passed.Count == 0 ? "it has not reached its first checkpoint" : string.Join("; ", passed);
            return sound is null
                ? throw new InputException($"run {Run} has no sound checkpoint: {why}")
                : (File.ReadAllText(folder.Experiment), sound, (IReadOnlyList<string>)passed);
        });
    }
}
