using System.Collections.Immutable;
using System.Globalization;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Contracts.Runs;

namespace Cluster.Grains;

/// <summary>
/// One attempt at a run: opens the actors at the newest sound checkpoint, then steps, samples and checkpoints until the last step,
/// a wish to stop, or a failure. <see cref="Train"/> reads top to bottom.
/// </summary>
/// <param name="run">What the attempts of the run share.</param>
/// <param name="workflow">The attempt's actors.</param>
/// <param name="traces">The attempt's.</param>
internal sealed class TrainingAttempt(RunParts run, IWorkflow workflow, StepTraces traces)
{
    /// <summary>How many times its usual time makes a step slow.</summary>
    private const int SlowFactor = 3;

    /// <summary>What may happen to any step: a collection of garbage, another process.</summary>
    private static readonly TimeSpan Hiccup = TimeSpan.FromMilliseconds(250);

    private readonly RunProgress _at = run.Progress;
    private readonly RunSignals _signals = new(run.Blueprint, run.Silo.Time);
    private IReadOnlySet<string> _places = ImmutableHashSet<string>.Empty;
    private long _measured;
    private long _reported;
    private Task _writing = Task.CompletedTask;

    /// <summary>Trains.</summary>
    /// <returns>False where the actors must be opened again, to be spread over silos that have joined.</returns>
    public async Task<bool> Train()
    {
        CheckpointFolder? from = await Task.Run(() => CheckpointFolder.NewestSound(run.Folder, warning => run.Journal.Event("warning", _at.Step, warning)));
        _at.Step = from?.Step ?? 0;
        _at.Checkpoint = from?.Step ?? -1;
        run.Journal.Event(_at.Attempt > 1 ? "resumed" : "started", _at.Step, from is null ? "from the beginning" : $"from {from.Name}");
        run.Journal.RewindMetrics(_at.Step);
        run.Findings.Rewind(_at.Step);
        _places = run.Silo.Places(run.Folder);
        await Watched(workflow.Open(_at.Step, from?.Name), "the opening of the actors", TimeSpan.Zero);
        await Agree();
        _at.Best.Clear();
        _reported = 0;
        _at.State = RunState.Running;
        run.Save();

        long steps = run.Blueprint.File.Steps;
        long begun = _at.Step;
        while (_at.Step < steps && !(_at.IsStopping && begun == _at.Step))
        {
            for (long end = Math.Min(run.Plan.NextStop(_at.Step), _at.Step + StepPlan.Ahead(_at.Rate.StepsPerSecond)); begun < end && !_at.IsStopping; begun++)
            {
                if (!_at.LeftOut.Contains(begun))
                {
                    using StepTraces.Sending sending = traces.Begin(begun);
                    await Watched(workflow.Step(begun), $"step {begun}", _at.Time(begun - _at.Step + 1));
                }
            }

            // The older half is asked after; meanwhile the device has the younger half to work on.
            await Report(begun, (int)(begun - _at.Step + 1) / 2);
            if (run.Journal.Problem is { } unwritten)
            {
                throw RunFiles.Unwritable(run.Folder.Path, unwritten);
            }

            if (run.Plan.IsSampled(_at.Step))
            {
                _reported = 0; // the next report waits for more than steps
                await Sample();
            }

            if (run.Plan.IsSaved(_at.Step))
            {
                _reported = 0;
                await Checkpoint();
                if (_at.Step < steps && !_at.IsStopping && Joined() is > 0 and int joined)
                {
                    await Written();
                    await LeavePlaces(joined);
                    return false;
                }
            }
        }

        await Written();
        if (_at.Checkpoint != _at.Step)
        {
            await Checkpoint();
        }

        await Written();
        _at.State = _at.Step < steps ? _at.Rest!.Value : RunState.Finished;
        run.Journal.Event(_at.State.ToString().ToLowerInvariant(), _at.Step, $"after {_at.Step} of {steps} steps");
        return true;
    }

    /// <summary>Chooses how gradients are added between CUDA devices, and says so.</summary>
    private async Task Agree()
    {
        if (SumAgreement.Concerns(run.Blueprint))
        {
            Task<IReadOnlyList<string>> agreeing = new SumAgreement(run.Blueprint, workflow.Actors, _at.Attempt).Reach();
            await Watched(agreeing, "the choice of how gradients are added", TimeSpan.Zero);
            foreach (string way in await agreeing)
            {
                run.Journal.Event("exchange", _at.Step, way);
            }
        }
    }

    /// <summary>How many silos have joined since the actors were opened.</summary>
    private int Joined() => run.Silo.Places(run.Folder).Count(place => !_places.Contains(place));

    /// <summary>Ends all actors' activations, so that the next opening places them anew. The checkpoint holds all they know.</summary>
    private async Task LeavePlaces(int joined)
    {
        run.Journal.Event("spreading", _at.Step, $"{joined} silo{(joined == 1 ? " has" : "s have")} joined; the actors are placed anew");
        await run.Watchdog.Ends(workflow.Close(), TimeSpan.Zero);
        await run.Watchdog.Ends(Closing.All(workflow.Actors.Select(actor => actor.Abandon(_at.Attempt, TimeSpan.MaxValue))), TimeSpan.Zero);
    }

    /// <summary>Waits for the arithmetic of the next steps that were begun.</summary>
    private async Task Report(long begun, int count)
    {
        for (long end = _at.Step + count; _at.Step < end;)
        {
            if (_at.LeftOut.Contains(_at.Step))
            {
                _at.Step++;
                continue;
            }

            // Which step is left out must not depend on how many are asked after at once: actors may differ in where they fail first.
            long first = _at.Step;
            int some = run.Blueprint.File.OnNonFinite == NonFiniteAction.Rollback ? 1 : (int)(_at.LeftOut.FirstOrDefault(step => step > first && step < end, end) - first);
            Task<double[][]> report = workflow.Report(first, some);
            await Watched(report, some == 1 ? $"step {first}" : $"one of the steps {first} to {first + some - 1}", _at.Time(begun - first));
            long now = run.Silo.Time.GetTimestamp();
            if (_at.Rate.StepsPerSecond > 0 && _reported > 0 && run.Silo.Time.GetElapsedTime(_reported, now) > (SlowFactor * _at.Time(begun - first)) + Hiccup)
            {
                await Trace(first, (int)(begun - first), "slow");
            }

            _reported = now;

            await Watched(_signals.Gather(workflow, _at.Attempt, first, some), $"the signals of step {first + some - 1}", TimeSpan.Zero);
            foreach (double[] figures in await report)
            {
                Advance(workflow.FigureNames.Zip(figures).ToDictionary(each => each.First, each => each.Second, StringComparer.Ordinal));
            }
        }
    }

    /// <summary>
    /// Shows the step of some that was waited for, which nobody chose to trace, from what those actors remember that answer within a second.
    /// </summary>
    /// <returns>That step: the one with the longest message.</returns>
    public async Task<long> Trace(long first, int count, string why, string? problem = null)
    {
        if (!traces.Follows)
        {
            return first;
        }

        StepTrails trails = await StepTrails.Ask(workflow.Actors, new StepId(_at.Attempt, first), count, run.Silo.Time);
        long step = trails.Longest(first, count);
        traces.Afterwards(step, trails.Actors, why, problem);
        return step;
    }

    /// <summary>Waits for work of the actors, but not for ever.</summary>
    /// <param name="work">The work.</param>
    /// <param name="what">What it is, for messages.</param>
    /// <param name="expected">How long it should take.</param>
    /// <exception cref="LateActorException">It did not end in time; the message names who is late.</exception>
    private async Task Watched(Task work, string what, TimeSpan expected)
    {
        if (!await run.Watchdog.Ends(work, expected))
        {
            _ = Closing.All([work]); // nobody else sees how it ends
            ObjectDisposedException.ThrowIf(run.Watchdog.IsRung, run.Watchdog);
            throw await LateActorException.Ask(workflow.Actors, what, run.Watchdog.Limit(expected));
        }

        await work;
    }

    /// <summary>Tells the meter of the step that was completed just now.</summary>
    private void Measure()
    {
        long now = run.Silo.Time.GetTimestamp(), last = _measured;
        _measured = now;
        ExperimentFile file = run.Blueprint.File;
        run.Silo.Meter.Step(
            run.Folder.Name, last == 0 ? -1 : run.Silo.Time.GetElapsedTime(last, now).TotalSeconds, (long)file.Batch * file.Replicas);
    }

    private void Advance(IReadOnlyDictionary<string, double> figures)
    {
        traces.End(_at.Step);
        _at.Advance(figures);
        Measure();
        run.Findings.Begin(_at.Step, _at.Figures);
        if (run.Recoveries.Back(_at.Step) is { } lasted)
        {
            run.Journal.Event("recovered", _at.Step, string.Create(CultureInfo.InvariantCulture, $"back at step {_at.Step} after {lasted.TotalSeconds:0.0} s"));
        }

        if (run.Plan.HasRow(_at.Step))
        {
            SignalRow row = _signals.Row(_at.Step, _at.Figures);
            run.Journal.Metrics(_at.Step, _at.Rate.StepsPerSecond, row.Figures);
            run.Silo.Meter.Signals(run.Folder.Name, row.Figures);
            run.Findings.Look(row, traces);
        }
    }

    /// <summary>The picture is drawn between steps; its file is written while training goes on.</summary>
    private async Task Sample()
    {
        Task<byte[]> drawing = workflow.Sample();
        await Watched(drawing, $"the picture of step {_at.Step}", TimeSpan.Zero);
        byte[] picture = await drawing;
        await Written();
        long step = _at.Step; // training goes on while the file is written
        _writing = Task.Run(() => RunFiles.WriteSample(run.Folder, step, picture));
        await KeepOrder();
    }

    /// <summary>Parameters are copied between steps; files, sums and manifest are written while training goes on.</summary>
    private async Task Checkpoint()
    {
        await Written();
        await Watched(run.Checkpoints.Snapshot(workflow, new StepId(_at.Attempt, _at.Step)), $"the snapshot of step {_at.Step}", TimeSpan.Zero);
        _writing = Write(new StepId(_at.Attempt, _at.Step), _at.Best.Take());
        await KeepOrder();
    }

    private async Task Write(StepId at, double? figure)
    {
        long bytes = await run.Checkpoints.Write(workflow, at, figure);
        _signals.Checkpoint(run.Checkpoints.Last.TotalSeconds);
        _at.Checkpoint = at.Step;
        run.Recoveries.Saved();
        run.Journal.Event("checkpoint", at.Step, $"{RunFolder.StepName(at.Step)}, {bytes} bytes");
        run.Save();
    }

    /// <summary>Waits for the files that are being written.</summary>
    private async Task Written()
    {
        try
        {
            await Watched(_writing, "the writing of a checkpoint", run.Checkpoints.Usual);
        }
        catch (LateActorException)
        {
            _writing = Task.CompletedTask; // it has been waited for
            throw;
        }
    }

    /// <summary>A write that failed at once shows at once, not at the next checkpoint.</summary>
    private Task KeepOrder() => _writing.IsFaulted ? _writing : Task.CompletedTask;

    /// <summary>Waits until nothing of the attempt is written any more, however that ends.</summary>
    public async Task Settled()
    {
        await run.Watchdog.Ends(Closing.All([_writing]), run.Checkpoints.Usual);
        _writing = Task.CompletedTask;
    }
}
