using System.Globalization;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Contracts.Runs;
using Microsoft.Extensions.Logging;

namespace Cluster.Grains;

/// <summary>
/// The training of one run, from its newest sound checkpoint to its last step, in as many attempts as it takes
/// (<see cref="TrainingAttempt"/>). A lost silo sends it back to the newest checkpoint; the streams and so the bits are the same
/// on the second pass. A silo that has joined gets its share of the actors after the next checkpoint.
/// </summary>
internal sealed class TrainingRun
{
    private readonly IGrainFactory _grains;
    private readonly SiloServices _silo;
    private readonly string _experiment;
    private readonly RunLock _lock;
    private readonly RunProgress _at;
    private readonly RunParts _parts;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A step that failed in the last attempt; −1 for none.</summary>
    private long _troubled = -1;
    private volatile bool _letGo;

    public TrainingRun(
        IGrainFactory grains, SiloServices silo, ILogger logger, RunFolder folder, RunLock held, string experiment, Blueprint blueprint, RunStateFile? before)
    {
        _grains = grains;
        _silo = silo;
        _experiment = experiment;
        _lock = held;
        _at = new RunProgress(blueprint.File.Steps, silo.Time, blueprint.File.Checkpoint.Best, before);
        _parts = new RunParts(silo, folder, blueprint, _at, new RunLog(logger, folder.Name));
    }

    /// <summary>Completes when training has ended, well or not; never fails.</summary>
    public Task Done => _done.Task;

    /// <summary>How it goes. An end shows only when everything that belongs to it is on disk and the actors are closed.</summary>
    public RunStatus Status => _at.Status(_done.Task.IsCompleted || _at.State == RunState.Recovering ? _at.State : RunState.Running);

    private ExperimentFile File => _parts.Blueprint.File;

    /// <summary>Starts training on the caller's scheduler.</summary>
    public void Begin() => _ = Run();

    /// <summary>Asks it to stop after the present step, with a checkpoint.</summary>
    /// <param name="rest">What the run is then: paused, cancelled, or queued to go on elsewhere.</param>
    public void Stop(RunState rest = RunState.Paused) => _at.Stop(rest);

    /// <summary>
    /// Gives the run up at once, with no word to its actors and none to its files: this silo is cut off or ends, and another that
    /// can reach them goes on from the newest checkpoint as soon as the run is free.
    /// </summary>
    public void LetGo()
    {
        _letGo = true;
        _parts.Watchdog.Ring();
    }

    private async Task Run()
    {
        try
        {
            while (!await TrainOnce() && _at.State != RunState.Queued)
            {
            }
        }
        catch (Exception) when (_letGo)
        {
            _at.Problem = "its silo ended or was cut off from the others";
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

    /// <summary>One attempt. False where a loss, or a silo that has joined, asks for another.</summary>
    private async Task<bool> TrainOnce()
    {
        if (_at.State == RunState.Recovering)
        {
            await _parts.Recoveries.Pause();
        }

        _at.Attempt++;
        using StepTraces traces = new(_parts.Folder.Name, _at.Attempt, File.Metrics.TraceEvery, _silo.Time, _troubled, _silo.Recorder);
        if (_silo.InCluster)
        {
            // On disk before the first message: should this silo be lost, whoever goes on takes a number that no actor has seen.
            _parts.Save();
            await _parts.Journal.Written();
        }

        IWorkflow workflow = _parts.Blueprint.Workflow(new WorkflowContext(_grains, _parts.Folder.Name, _experiment, _at.Attempt));
        TrainingAttempt attempt = new(_parts, workflow, traces);
        try
        {
            return await attempt.Train();
        }
        catch (Exception problem)
        {
            traces.Fail(problem.Message);
            long shown = await attempt.Trace(_at.Step, StepPlan.MostAhead, "failed", problem.Message);
            _troubled = problem is NonFiniteException { Step: var named } ? named : shown;
            if (problem is NonFiniteException apart)
            {
                _parts.Findings.Look(apart, _at.Step, traces);
            }

            if (!_letGo && _silo.IsLeaving)
            {
                LetGo();
            }

            if (_letGo)
            {
                // Those that are here still free their memory; nobody waits for those that cannot be reached.
                _ = Closing.All(workflow.Actors.Select(actor => actor.Abandon(_at.Attempt, TimeSpan.MaxValue)));
                throw;
            }

            // An actor that is given up would still write; the next attempt writes the same files.
            await attempt.Settled();

            // Some of them wait for what will not come.
            TimeSpan hung = TimeSpan.FromSeconds(problem is LateActorException ? 1 : File.Recovery.StepLimit);
            await Closing.All(workflow.Actors.Select(actor => actor.Abandon(_at.Attempt, hung)));
            if (!IsCurable(problem, traces))
            {
                throw;
            }

            return false;
        }
        finally
        {
            await attempt.Settled();
            if (!_letGo)
            {
                await _parts.Watchdog.Ends(workflow.Close(), TimeSpan.Zero);
            }
        }
    }

    /// <summary>Whether another attempt, here and now or later with other devices, may end better.</summary>
    private bool IsCurable(Exception problem, StepTraces traces)
    {
        if (problem is NonFiniteException apart && File.OnNonFinite == NonFiniteAction.Rollback && _at.LeftOut.Add(apart.Step))
        {
            Recover($"{apart.Message}; that step is left out from now on", apart, traces);
            return true;
        }

        if (Losses.IsLoss(problem) && _silo.HasLostItsDevice(_parts.Folder))
        {
            _at.Stop(RunState.Queued);
            _at.State = RunState.Queued;
            _parts.Journal.Event("queued", _at.Step, $"{problem.Message}; a silo that held a device of the run is gone, and the run waits for another");
            return true;
        }

        if (_parts.Recoveries.MayTry(problem, _at.State == RunState.Recovering))
        {
            Recover(problem.Message, problem, traces);
            return true;
        }

        return false;
    }

    private void Recover(string why, Exception problem, StepTraces traces)
    {
        bool again = _at.State == RunState.Recovering;
        _at.State = RunState.Recovering;
        if (!_parts.Recoveries.Begin(_at.Step, problem, again))
        {
            return; // the same loss
        }

        _silo.Meter.Recovery(_parts.Folder.Name);
        _parts.Journal.Event("recovering", _at.Step, why);
        _parts.Log.Say(LogLevel.Warning, traces.Attempt, problem, string.Create(CultureInfo.InvariantCulture, $"goes back from step {_at.Step} to its newest checkpoint: {why}"));
    }

    private void Fail(Exception problem)
    {
        string good = _at.Checkpoint >= 0
            ? $"; the last good checkpoint is {RunFolder.StepName(_at.Checkpoint)}"
            : "; there is no checkpoint yet";
        _at.Problem = problem.Message + good;
        _at.State = RunState.Failed;
        _parts.Journal.Event("failed", _at.Step, _at.Problem);
        _parts.Log.Say(LogLevel.Error, null, problem, string.Create(CultureInfo.InvariantCulture, $"failed at step {_at.Step}: {_at.Problem}"));
    }

    private async Task Leave()
    {
        if (!_letGo)
        {
            _parts.Save();
        }

        await _parts.DisposeAsync();
        _lock.Dispose();
        _done.TrySetResult();
    }
}
