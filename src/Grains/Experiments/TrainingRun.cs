using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Contracts.Runs;
using Microsoft.Extensions.Logging;

namespace Cluster.Grains;

/// <summary>
/// The training of one run, from its newest sound checkpoint to its last step. Reads top to bottom:
/// <see cref="Train"/> opens the actors, steps, samples, checkpoints and closes. A lost silo sends it back to
/// the newest checkpoint; the streams and so the bits are the same on the second pass. A silo that has joined gets its share
/// of the actors after the next checkpoint.
/// </summary>
internal sealed class TrainingRun
{
    /// <summary>With two, the device has work while one is reported.</summary>
    private const int LeastStepsAhead = 2;

    private const int MostStepsAhead = 64;

    /// <summary>How many times its usual time makes a step slow.</summary>
    private const int SlowFactor = 3;

    /// <summary>What may happen to any step: a collection of garbage, another process.</summary>
    private static readonly TimeSpan Hiccup = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a silo that cannot be reached may stay in the list of silos: longer than any setting of its probes lasts.</summary>
    private static readonly TimeSpan MembershipPatience = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromMilliseconds(250);

    private readonly IGrainFactory _grains;
    private readonly SiloServices _silo;
    private readonly RunLog _log;
    private readonly RunFolder _folder;
    private readonly RunLock _lock;
    private readonly string _experiment;
    private readonly Blueprint _blueprint;
    private readonly RunJournal _journal;
    private readonly StepRate _rate;
    private readonly Watchdog _watchdog;
    private readonly FigureMean _best;
    private readonly Doctor _doctor;
    private readonly SortedSet<long> _leftOut;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _resumed;
    private long _attempt;
    private RunState _state = RunState.Running;
    private long _step;
    private long _checkpoint = -1;
    private IReadOnlyDictionary<string, double> _figures = new Dictionary<string, double>();
    private string? _problem;
    private bool _pause;
    private volatile bool _letGo;
    private RunState _rest = RunState.Paused;
    private int _recoveries;
    private long _lostSince;
    private int _tries;
    private IReadOnlySet<string> _places = ImmutableHashSet<string>.Empty;
    private long _replayTo;
    private long _replaySince;
    private TimeSpan _writeTime;
    private StepTraces _traces = new("", 0, 0);
    private RunSignals _signals;
    private long _measured;
    private long _troubled = -1;
    private Task _writing = Task.CompletedTask;

    public TrainingRun(
        IGrainFactory grains, SiloServices silo, ILogger logger, RunFolder folder, RunLock held, string experiment, Blueprint blueprint, RunStateFile? before)
    {
        _grains = grains;
        _silo = silo;
        _log = new RunLog(logger, folder.Name);
        _folder = folder;
        _lock = held;
        _experiment = experiment;
        _blueprint = blueprint;
        _attempt = before?.Attempts ?? 0;
        _resumed = _attempt > 0;
        _leftOut = [.. before?.LeftOut ?? []];
        _watchdog = new Watchdog(silo.Time, TimeSpan.FromSeconds(blueprint.File.Recovery.StepLimit), blueprint.File.Recovery.Patience);
        _best = new FigureMean(blueprint.File.Checkpoint.Best);
        _journal = new RunJournal(folder, silo.Time);
        _rate = new StepRate(silo.Time);
        _signals = new RunSignals(blueprint, silo.Time);
        _doctor = new Doctor(blueprint.Rules);
    }

    /// <summary>Completes when training has ended, well or not; never fails.</summary>
    public Task Done => _done.Task;

    /// <summary>How it goes. An end shows only when everything that belongs to it is on disk and the actors are closed.</summary>
    public RunStatus Status => new(
        _done.Task.IsCompleted || _state == RunState.Recovering ? _state : RunState.Running, _step, _blueprint.File.Steps, _checkpoint, _rate.StepsPerSecond, _figures, _problem);

    /// <summary>Starts training on the caller's scheduler.</summary>
    public void Begin() => _ = Run();

    /// <summary>Asks it to stop after the present step, with a checkpoint.</summary>
    /// <param name="rest">What the run is then: paused, cancelled, or queued to go on elsewhere.</param>
    public void Stop(RunState rest = RunState.Paused)
    {
        // Who asked for a pause gets one, though the silo leaves as well.
        _rest = _pause && rest == RunState.Queued ? _rest : rest;
        _pause = true;
    }

    /// <summary>
    /// Gives the run up at once, with no word to its actors and none to its files: this silo is cut off, and another that can
    /// reach them goes on from the newest checkpoint as soon as the run is free.
    /// </summary>
    public void LetGo()
    {
        _letGo = true;
        _watchdog.Ring();
    }

    private async Task Run()
    {
        try
        {
            while (!await TrainOnce() && _state != RunState.Queued)
            {
            }
        }
        catch (Exception) when (_letGo)
        {
            _problem = "its silo was cut off from the others";
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
        if (_state == RunState.Recovering)
        {
            await Task.Delay(TryAgainAfter * Math.Min(_tries, 4), _silo.Time);
        }

        _attempt++;
        using StepTraces traces = new(_folder.Name, _attempt, _blueprint.File.Metrics.TraceEvery, _troubled, _silo.Recorder);
        (_traces, _measured, _signals) = (traces, 0, new RunSignals(_blueprint, _silo.Time));
        if (_silo.InCluster)
        {
            // On disk before the first message: should this silo be lost, whoever goes on takes a number that no actor has seen.
            SaveState();
            await _journal.Written();
        }

        IWorkflow workflow = _blueprint.Workflow(new WorkflowContext(_grains, _folder.Name, _experiment, _attempt));
        try
        {
            return await Train(workflow);
        }
        catch (Exception problem)
        {
            traces.Fail(problem.Message);
            _troubled = _step;
            await Trace(workflow, _step, 1, "failed", problem.Message);
            if (problem is NonFiniteException apart)
            {
                Announce(_doctor.LookAt(apart));
            }

            if (_letGo)
            {
                // Those that are here still free their memory; nobody waits for those that cannot be reached.
                _ = Closing.All(workflow.Actors.Select(actor => actor.Abandon(_attempt, TimeSpan.MaxValue)));
                throw;
            }

            // An actor that is given up would still write; the next attempt writes the same files.
            await _watchdog.Ends(Settle(_writing), _writeTime);

            // Some of them wait for what will not come.
            TimeSpan hung = TimeSpan.FromSeconds(problem is LateActorException ? 1 : _blueprint.File.Recovery.StepLimit);
            await Closing.All(workflow.Actors.Select(actor => actor.Abandon(_attempt, hung)));
            if (!IsCurable(problem))
            {
                throw;
            }

            return false;
        }
        finally
        {
            await _watchdog.Ends(Settle(_writing), _writeTime);
            _writing = Task.CompletedTask;
            if (!_letGo)
            {
                await _watchdog.Ends(workflow.Close(), TimeSpan.Zero);
            }
        }
    }

    /// <summary>Whether another attempt, which then follows, may end better.</summary>
    private bool IsCurable(Exception problem)
    {
        if (problem is NonFiniteException apart && _blueprint.File.OnNonFinite == NonFiniteAction.Rollback && _leftOut.Add(apart.Step))
        {
            Recover($"{apart.Message}; that step is left out from now on", apart);
            return true;
        }

        if (Losses.IsLoss(problem) && _silo.HasLostItsDevice(_folder))
        {
            _rest = RunState.Queued;
            _pause = true;
            _state = RunState.Queued;
            _journal.Event("queued", _step, $"{problem.Message}; a silo that held a device of the run is gone, and the run waits for another");
            return false;
        }

        if (_state == RunState.Recovering && Losses.IsUnreachable(problem) && _silo.InCluster && _silo.Time.GetElapsedTime(_lostSince) < MembershipPatience)
        {
            // The list of silos may name a lost one for a while; until it does not, each opening may fail.
            Recover(problem.Message, problem);
            return true;
        }

        if (Losses.IsLoss(problem) && _recoveries++ < _blueprint.File.Recovery.Attempts)
        {
            Recover(problem.Message, problem);
            return true;
        }

        return false;
    }

    private void Recover(string why, Exception problem)
    {
        bool again = _state == RunState.Recovering;
        (_lostSince, _tries) = again ? (_lostSince, _tries + 1) : (_silo.Time.GetTimestamp(), 0);
        _state = RunState.Recovering;
        _replayTo = Math.Max(_replayTo, _step);
        if (again && Losses.IsUnreachable(problem))
        {
            return; // the same loss
        }

        _replaySince = _silo.Time.GetTimestamp();
        _silo.Meter.Recovery(_folder.Name);
        _journal.Event("recovering", _step, why);
        _log.Say(LogLevel.Warning, _traces.Attempt, problem, string.Create(CultureInfo.InvariantCulture, $"goes back from step {_step} to its newest checkpoint: {why}"));
    }

    /// <returns>False where the actors must be opened again, to be spread over silos that have joined.</returns>
    private async Task<bool> Train(IWorkflow workflow)
    {
        CheckpointFolder? from = await Task.Run(() => CheckpointFolder.NewestSound(_folder, warning => _journal.Event("warning", _step, warning)));
        _step = from?.Step ?? 0;
        _checkpoint = from?.Step ?? -1;
        _journal.Event(_resumed || _attempt > 1 ? "resumed" : "started", _step, from is null ? "from the beginning" : $"from {from.Name}");
        _journal.RewindMetrics(_step);
        _doctor.Rewind(_step);
        _places = _silo.Places(_folder);
        await Watched(workflow, workflow.Open(_step, from?.Name), "the opening of the actors", TimeSpan.Zero);
        _best.Clear();
        _state = RunState.Running;
        SaveState();

        long steps = _blueprint.File.Steps;
        long begun = _step;
        while (_step < steps && !(_pause && begun == _step))
        {
            for (long end = Math.Min(NextStop(), _step + StepsAhead()); begun < end && !_pause; begun++)
            {
                if (!_leftOut.Contains(begun))
                {
                    using StepTraces.Sending sending = _traces.Begin(begun);
                    await Watched(workflow, workflow.Step(begun), $"step {begun}", Time(begun - _step + 1));
                }
            }

            // The older half is asked after; meanwhile the device has the younger half to work on.
            await Report(workflow, begun, (int)(begun - _step + 1) / 2);
            if (_journal.Problem is { } unwritten)
            {
                throw RunFiles.Unwritable(_folder.Path, unwritten);
            }

            if (_step == steps || Due(_blueprint.File.Sample.Every))
            {
                await Sample(workflow);
            }

            if (_step == steps || Due(_blueprint.File.Checkpoint.Every))
            {
                await Checkpoint(workflow);
                if (_step < steps && !_pause && Joined() is > 0 and int joined)
                {
                    await Written(workflow);
                    await LeavePlaces(workflow, joined);
                    return false;
                }
            }
        }

        await Written(workflow);
        if (_checkpoint != _step)
        {
            await Checkpoint(workflow);
        }

        await Written(workflow);
        _state = _step < steps ? _rest : RunState.Finished;
        _journal.Event(_state.ToString().ToLowerInvariant(), _step, $"after {_step} of {steps} steps");
        return true;
    }

    /// <summary>How many silos have joined since the actors were opened.</summary>
    private int Joined() => _silo.Places(_folder).Count(place => !_places.Contains(place));

    /// <summary>Ends all actors' activations, so that the next opening places them anew. The checkpoint holds all they know.</summary>
    private async Task LeavePlaces(IWorkflow workflow, int joined)
    {
        _journal.Event("spreading", _step, $"{joined} silo{(joined == 1 ? " has" : "s have")} joined; the actors are placed anew");
        await _watchdog.Ends(workflow.Close(), TimeSpan.Zero);
        await _watchdog.Ends(Closing.All(workflow.Actors.Select(actor => actor.Abandon(_attempt, TimeSpan.MaxValue))), TimeSpan.Zero);
    }

    /// <summary>Waits for the arithmetic of the next steps that were begun.</summary>
    private async Task Report(IWorkflow workflow, long begun, int count)
    {
        for (long end = _step + count; _step < end;)
        {
            if (_leftOut.Contains(_step))
            {
                _step++;
                continue;
            }

            // Which step is left out must not depend on how many are asked after at once: actors may differ in where they fail first.
            long first = _step;
            int some = _blueprint.File.OnNonFinite == NonFiniteAction.Rollback ? 1 : (int)(_leftOut.FirstOrDefault(step => step > first && step < end, end) - first);
            long asked = _silo.Time.GetTimestamp();
            Task<double[][]> report = workflow.Report(first, some);
            await Watched(workflow, report, some == 1 ? $"step {first}" : $"one of the steps {first} to {first + some - 1}", Time(begun - first));
            if (_rate.StepsPerSecond > 0 && _silo.Time.GetElapsedTime(asked) > (SlowFactor * Time(begun - first)) + Hiccup)
            {
                await Trace(workflow, first, some, "slow");
            }

            await Watched(workflow, _signals.Gather(workflow, _attempt, first, some), $"the signals of step {first + some - 1}", TimeSpan.Zero);
            foreach (double[] figures in await report)
            {
                Advance(workflow.FigureNames, figures);
            }
        }
    }

    /// <summary>Shows steps that nobody chose to trace, from what their actors remember: those that answer within a second.</summary>
    private async Task Trace(IWorkflow workflow, long first, int count, string why, string? problem = null)
    {
        if (!_traces.Follows)
        {
            return;
        }

        Task<(string Actor, MessageTime[] Messages)>[] asking = [.. workflow.Actors.Select(async actor => (actor.GetPrimaryKeyString(), await actor.Trail(new StepId(_attempt, first), count)))];
        await Task.WhenAny(Settle(Task.WhenAll(asking)), Task.Delay(TimeSpan.FromSeconds(1)));
        (string Actor, MessageTime[] Messages)[] trails = [.. asking.Where(each => each.IsCompletedSuccessfully).Select(each => each.Result)];

        // Steps are asked after some at a time; the one that took the longest is what was waited for.
        long step = Enumerable.Range(0, count).Select(i => first + i).MaxBy(each => trails.SelectMany(trail => trail.Messages).Where(message => message.Step == each)
            .Select(message => message.Lasted).DefaultIfEmpty(TimeSpan.Zero).Max());
        _traces.Afterwards(step, trails, why, problem);
    }

    /// <summary>Waits for work of the actors, but not for ever.</summary>
    /// <param name="workflow">Whose actors are asked where it does not end.</param>
    /// <param name="work">The work.</param>
    /// <param name="what">What it is, for messages.</param>
    /// <param name="expected">How long it should take.</param>
    /// <exception cref="LateActorException">It did not end in time; the message names who is late.</exception>
    private async Task Watched(IWorkflow workflow, Task work, string what, TimeSpan expected)
    {
        if (!await _watchdog.Ends(work, expected))
        {
            _ = Settle(work); // nobody else sees how it ends
            ObjectDisposedException.ThrowIf(_letGo, this);
            throw await LateActorException.Ask(workflow.Actors, what, _watchdog.Limit(expected));
        }

        await work;
    }

    /// <summary>Tells the meter of the step that was completed just now.</summary>
    private void Measure()
    {
        long now = _silo.Time.GetTimestamp(), last = _measured;
        _measured = now;
        ExperimentFile file = _blueprint.File;
        _silo.Meter.Step(
            _folder.Name, last == 0 ? -1 : _silo.Time.GetElapsedTime(last, now).TotalSeconds, (long)file.Batch * file.Replicas);
    }

    /// <summary>How long some steps take at the present rate.</summary>
    private TimeSpan Time(long steps) => _rate.StepsPerSecond > 0 ? TimeSpan.FromSeconds(steps / _rate.StepsPerSecond) : TimeSpan.Zero;

    private void Advance(IReadOnlyList<string> names, double[] figures)
    {
        _figures = names.Zip(figures).ToDictionary(each => each.First, each => each.Second, StringComparer.Ordinal);
        _traces.End(_step);
        _step++;
        Measure();
        _rate.Mark(_step);
        _best.Add(_figures);
        if (_step == _replayTo)
        {
            _replayTo = 0;
            _journal.Event("recovered", _step, string.Create(
                CultureInfo.InvariantCulture, $"back at step {_step} after {_silo.Time.GetElapsedTime(_replaySince).TotalSeconds:0.0} s"));
        }

        if (_step == _blueprint.File.Steps || Due(_blueprint.File.Metrics.Every))
        {
            SignalRow row = _signals.Row(_step, _figures, _rate.StepsPerSecond);
            _journal.Metrics(_step, _rate.StepsPerSecond, row.Figures);
            _silo.Meter.Signals(_folder.Name, row.Figures);
            Announce(_doctor.Look(row));
        }
    }

    /// <summary>Tells of findings wherever people look.</summary>
    private void Announce(IReadOnlyList<Finding> findings)
    {
        foreach (Finding finding in findings)
        {
            _journal.Event(finding, _step);
            _silo.Meter.Diagnosis(_folder.Name, finding.Rule.Name, finding.Fault);
            _log.Say(
                finding.Fault ? RunLog.Of(finding.Rule.Severity) : LogLevel.Information, _traces.Attempt, null,
                string.Create(CultureInfo.InvariantCulture, $"step {_step}: {finding.Rule.Name}: {finding.Text}{(finding.Suggestion.Length > 0 ? "; " : "")}{finding.Suggestion}"));
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
        Task<byte[]> drawing = workflow.Sample();
        await Watched(workflow, drawing, $"the picture of step {_step}", TimeSpan.Zero);
        byte[] picture = await drawing;
        await Written(workflow);
        long step = _step; // training goes on while the file is written
        _writing = Task.Run(() => RunFiles.WriteSample(_folder, step, picture));
        await KeepOrder();
    }

    /// <summary>Parameters are copied between steps; files, sums and manifest are written while training goes on.</summary>
    private async Task Checkpoint(IWorkflow workflow)
    {
        await Written(workflow);
        await Watched(workflow, Snapshot(workflow), $"the snapshot of step {_step}", TimeSpan.Zero);
        _writing = WriteCheckpoint(workflow, new CheckpointFolder(_folder, RunFolder.StepName(_step)), _best.Take());
        await KeepOrder();
    }

    private Task Snapshot(IWorkflow workflow) => Task.WhenAll(
        workflow.Snapshot(_step), Task.WhenAll(Keepers(workflow).Select(actor => actor.SnapshotExchange(new StepId(_attempt, _step)))));

    /// <summary>The actors that may hold what no shard holds.</summary>
    private IEnumerable<ITrainingActor> Keepers(IWorkflow workflow) => _blueprint.File.Exchange.KeepsState ? workflow.Actors : [];

    private async Task WriteCheckpoint(IWorkflow workflow, CheckpointFolder folder, double? figure)
    {
        using Activity? span = StepTraces.Source.StartActivity(TelemetryNames.CheckpointSpan)?
            .SetTag(TelemetryNames.Run, _folder.Name).SetTag(TelemetryNames.Step, folder.Step);
        long began = _silo.Time.GetTimestamp();
        CheckpointFile[] files =
        [
            .. await workflow.WriteSnapshot(folder.Step, folder.Name),
            .. (await Task.WhenAll(Keepers(workflow).Select(actor => actor.WriteExchange(new StepId(_attempt, folder.Step), folder.Name)))).SelectMany(each => each),
        ];
        await Task.Run(() =>
        {
            folder.Seal(files, figure);
            CheckpointFolder.Retain(_folder, _blueprint.File.Checkpoint);
        });
        _writeTime = _silo.Time.GetElapsedTime(began);
        _signals.Checkpoint(_writeTime.TotalSeconds);
        _silo.Meter.Checkpoint(_folder.Name, files.Sum(file => file.Bytes), _writeTime.TotalSeconds);
        _checkpoint = folder.Step;
        _recoveries = 0;
        _journal.Event("checkpoint", folder.Step, $"{folder.Name}, {files.Sum(file => file.Bytes)} bytes");
        SaveState();
    }

    /// <summary>Waits for the files that are being written.</summary>
    private Task Written(IWorkflow workflow) => Watched(workflow, _writing, "the writing of a checkpoint", _writeTime);

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
        _log.Say(LogLevel.Error, null, problem, string.Create(CultureInfo.InvariantCulture, $"failed at step {_step}: {_problem}"));
    }

    private async Task Leave()
    {
        if (!_letGo)
        {
            SaveState();
        }

        _watchdog.Dispose();
        _silo.Meter.Forget(_folder.Name);
        await Settle(_journal.DisposeAsync().AsTask());
        _lock.Dispose();
        _done.TrySetResult();
    }

    private void SaveState() => _journal.State(now =>
        new RunStateFile(_state, _step, _blueprint.File.Steps, _checkpoint, _attempt, now, _problem, _leftOut.Count > 0 ? [.. _leftOut] : null));

    private static Task Settle(Task task) => task.ContinueWith(static _ => { }, TaskScheduler.Default);
}
