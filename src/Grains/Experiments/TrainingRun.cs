using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Microsoft.Extensions.Logging;

namespace Cluster.Grains;

/// <summary>
/// The training of one run, from its newest sound checkpoint to its last step. Reads top to bottom:
/// <see cref="Train"/> opens the actors, steps, samples, checkpoints and closes. A lost silo sends it back to
/// the newest checkpoint; the streams and so the bits are the same on the second pass.
/// </summary>
internal sealed class TrainingRun
{
    /// <summary>Losses without a completed checkpoint in between, after which the run gives up.</summary>
    private const int MostRecoveries = 5;

    /// <summary>With two, the device has work while one is reported.</summary>
    private const int LeastStepsAhead = 2;

    private const int MostStepsAhead = 64;

    private readonly IGrainFactory _grains;
    private readonly SiloServices _silo;
    private readonly ILogger _logger;
    private readonly RunFolder _folder;
    private readonly RunLock _lock;
    private readonly string _experiment;
    private readonly Blueprint _blueprint;
    private readonly RunJournal _journal;
    private readonly StepRate _rate;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _resumed;
    private long _attempt;
    private RunState _state = RunState.Running;
    private long _step;
    private long _checkpoint = -1;
    private IReadOnlyDictionary<string, double> _figures = new Dictionary<string, double>();
    private string? _problem;
    private bool _pause;
    private int _recoveries;
    private Task _writing = Task.CompletedTask;

    public TrainingRun(
        IGrainFactory grains, SiloServices silo, ILogger logger, RunFolder folder, RunLock held, string experiment, Blueprint blueprint, long attempts)
    {
        _grains = grains;
        _silo = silo;
        _logger = logger;
        _folder = folder;
        _lock = held;
        _experiment = experiment;
        _blueprint = blueprint;
        _attempt = attempts;
        _resumed = attempts > 0;
        _journal = new RunJournal(folder, silo.Time);
        _rate = new StepRate(silo.Time);
    }

    /// <summary>Completes when training has ended, well or not; never fails.</summary>
    public Task Done => _done.Task;

    /// <summary>How it goes. An end shows only when everything that belongs to it is on disk and the actors are closed.</summary>
    public RunStatus Status => new(
        _done.Task.IsCompleted || _state == RunState.Recovering ? _state : RunState.Running, _step, _blueprint.File.Steps, _checkpoint, _rate.StepsPerSecond, _figures, _problem);

    /// <summary>Starts training on the caller's scheduler.</summary>
    public void Begin() => _ = Run();

    /// <summary>Asks it to stop after the present step, with a checkpoint.</summary>
    public void Pause() => _pause = true;

    private async Task Run()
    {
        try
        {
            while (!await TrainOnce())
            {
            }
        }
        catch (Exception problem)
        {
            Fail(problem);
        }
        finally
        {
            await Leave();
        }
    }

    /// <summary>One attempt. False where a loss asks for another.</summary>
    private async Task<bool> TrainOnce()
    {
        _attempt++;
        IWorkflow workflow = _blueprint.Workflow(new WorkflowContext(_grains, _folder.Name, _experiment, _attempt));
        try
        {
            await Train(workflow);
            return true;
        }
        catch (Exception loss) when (IsLoss(loss) && _recoveries++ < MostRecoveries)
        {
            _state = RunState.Recovering;
            _journal.Event("recovering", _step, loss.Message);
            _logger.LogWarning(loss, "Run {Run} lost an actor at step {Step}; it goes back to its newest checkpoint", _folder.Name, _step);
            return false;
        }
        finally
        {
            await Settle(_writing);
            await workflow.Close();
        }
    }

    private async Task Train(IWorkflow workflow)
    {
        CheckpointFolder? from = await Task.Run(() => CheckpointFolder.NewestSound(_folder, warning => _journal.Event("warning", _step, warning)));
        _step = from?.Step ?? 0;
        _checkpoint = from?.Step ?? -1;
        _journal.Event(_resumed || _attempt > 1 ? "resumed" : "started", _step, from is null ? "from the beginning" : $"from {from.Name}");
        _journal.RewindMetrics(_step);
        await workflow.Open(_step, from?.Name);
        _state = RunState.Running;
        SaveState();

        long steps = _blueprint.File.Steps;
        long begun = _step;
        while (_step < steps && !(_pause && begun == _step))
        {
            for (long end = Math.Min(NextStop(), _step + StepsAhead()); begun < end && !_pause; begun++)
            {
                await workflow.Step(begun);
            }

            // The older half is asked after; meanwhile the device has the younger half to work on.
            foreach (double[] figures in await workflow.Report(_step, (int)(begun - _step + 1) / 2))
            {
                Advance(workflow.FigureNames, figures);
            }

            if (_step == steps || Due(_blueprint.File.Sample.Every))
            {
                await Sample(workflow);
            }

            if (_step == steps || Due(_blueprint.File.Checkpoint.Every))
            {
                await Checkpoint(workflow);
            }
        }

        await _writing;
        if (_checkpoint != _step)
        {
            await Checkpoint(workflow);
        }

        await _writing;
        _state = _step < steps ? RunState.Paused : RunState.Finished;
        _journal.Event(_state == RunState.Finished ? "finished" : "paused", _step, $"after {_step} of {steps} steps");
    }

    private void Advance(IReadOnlyList<string> names, double[] figures)
    {
        _figures = names.Zip(figures).ToDictionary(each => each.First, each => each.Second, StringComparer.Ordinal);
        _step++;
        _rate.Mark(_step);
        if (_step == _blueprint.File.Steps || Due(_blueprint.File.Metrics.Every))
        {
            _journal.Metrics(_step, _rate.StepsPerSecond, _figures);
        }
    }

    /// <summary>
    /// How many steps' messages may be under way: about a quarter of a second of work. Messages run ahead of the arithmetic,
    /// many at a time, so that the device never waits for them and is seldom disturbed by them; no value depends on it.
    /// </summary>
    private long StepsAhead() => Math.Clamp((long)(_rate.StepsPerSecond / 4), LeastStepsAhead, MostStepsAhead);

    private bool Due(long every) => every > 0 && _step % every == 0;

    /// <summary>The next step after which a picture or a checkpoint is taken: nothing runs ahead of it.</summary>
    private long NextStop()
    {
        long stop = _blueprint.File.Steps;
        foreach (long every in new long[] { _blueprint.File.Sample.Every, _blueprint.File.Checkpoint.Every })
        {
            stop = every > 0 ? Math.Min(stop, ((_step / every) + 1) * every) : stop;
        }

        return stop;
    }

    /// <summary>The picture is drawn between steps; its file is written while training goes on.</summary>
    private async Task Sample(IWorkflow workflow)
    {
        byte[] picture = await workflow.Sample();
        await _writing;
        long step = _step; // training goes on while the file is written
        _writing = Task.Run(() => RunFiles.WriteSample(_folder, step, picture));
        await KeepOrder();
    }

    /// <summary>Parameters are copied between steps; files, sums and manifest are written while training goes on.</summary>
    private async Task Checkpoint(IWorkflow workflow)
    {
        await _writing;
        await workflow.Snapshot(_step);
        _writing = WriteCheckpoint(workflow, new CheckpointFolder(_folder, RunFolder.StepName(_step)));
        await KeepOrder();
    }

    private async Task WriteCheckpoint(IWorkflow workflow, CheckpointFolder folder)
    {
        CheckpointFile[] files = await workflow.WriteSnapshot(folder.Step, folder.Name);
        await Task.Run(() =>
        {
            folder.Seal(files);
            CheckpointFolder.Retain(_folder, _blueprint.File.Checkpoint.Keep);
        });
        _checkpoint = folder.Step;
        _recoveries = 0;
        _journal.Event("checkpoint", folder.Step, $"{folder.Name}, {files.Sum(file => file.Bytes)} bytes");
        SaveState();
    }

    /// <summary>A write that failed at once shows at once, not at the next checkpoint.</summary>
    private Task KeepOrder() => _writing.IsFaulted ? _writing : Task.CompletedTask;

    private void Fail(Exception problem)
    {
        string good = _checkpoint >= 0
            ? $"; the last good checkpoint is {RunFolder.StepName(_checkpoint)}"
            : "; there is no checkpoint yet";
        _problem = problem.Message + good;
        _state = RunState.Failed;
        _journal.Event("failed", _step, _problem);
        _logger.LogDebug(problem, "Run {Run} failed at step {Step}", _folder.Name, _step);
    }

    private async Task Leave()
    {
        SaveState();
        await Settle(_journal.DisposeAsync().AsTask());
        _lock.Dispose();
        _done.TrySetResult();
    }

    private void SaveState() => _journal.State(now =>
        new RunStateFile(_state, _step, _blueprint.File.Steps, _checkpoint, _attempt, now, _problem));

    private static Task Settle(Task task) => task.ContinueWith(static _ => { }, TaskScheduler.Default);

    /// <summary>Errors that another attempt can cure: an actor's silo is gone, or it has lost its state with it.</summary>
    private static bool IsLoss(Exception problem) =>
        problem is Orleans.Runtime.SiloUnavailableException or Orleans.Runtime.OrleansMessageRejectionException or StaleAttemptException;
}
