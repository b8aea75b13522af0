using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Cluster.Grains;

/// <summary>The cluster as a whole. What it knows it has from the silos' reports and the runs' folders.</summary>
[Reentrant]
internal sealed class ClusterGrain(SiloServices silo, TrainingOptions options, SiloBook book, ISiloStatusOracle silos, ILogger<ClusterGrain> logger) : Grain, IClusterGrain
{
    private SiloLook? _silos;

    private readonly Dictionary<string, SiloReport> _reports = new(StringComparer.Ordinal);
    private readonly RunBook _book = new(silo.Runs, silo.Time);
    private readonly HashSet<string> _starting = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _began = new(StringComparer.Ordinal);
    private readonly HashSet<string> _reserved = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private Task _look = Task.CompletedTask;
    private bool _again;
    private bool _leaving;

    /// <inheritdoc/>
    public Task<SiloReport[]> Report(SiloReport report)
    {
        _reports[report.Silo] = report;
        Look();
        return Task.FromResult(Present());
    }

    /// <inheritdoc/>
    public Task Wake()
    {
        Look();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<RunOverview> Submit(string name, string experiment, int priority, string owner = "")
    {
        await Task.Run(() => QueuePermit.Check(name, experiment, owner, options.Queue));

        // Looked for from where the last one was found, so that the thousandth run of a name is found as fast as the first.
        int number = _numbers.GetValueOrDefault(name, 1);
        RunFolder folder = RunFolder.Next(silo.Runs, name, ref number);
        while (!_reserved.Add(folder.Name))
        {
            number++;
            folder = RunFolder.Next(silo.Runs, name, ref number);
        }

        _numbers[name] = number + 1;
        try
        {
            await GrainFactory.GetGrain<IExperimentGrain>(folder.Name).Check(experiment);
            await Task.Run(() => RunQueue.Submit(folder, experiment, new RunTicket(priority, silo.Time.GetUtcNow(), owner), silo.Time));
        }
        catch
        {
            _numbers[name] = Math.Min(_numbers[name], number); // the next may have it
            throw;
        }
        finally
        {
            _reserved.Remove(folder.Name);
        }

        Look();
        return await Task.Run(() => RunOverview.Read(folder));
    }

    /// <inheritdoc/>
    public async Task<RunOverview> Requeue(string run, int? priority)
    {
        RunFolder folder = Find(run);
        if (silo.InCluster)
        {
            await Task.Run(() => RunQueue.Requeue(folder, priority, silo.Time));
            Look();
        }
        else
        {
            await GrainFactory.GetGrain<IExperimentGrain>(run).Resume();
        }

        return await Task.Run(() => RunOverview.Read(folder));
    }

    /// <inheritdoc/>
    public async Task<ClusterOverview> Overview()
    {
        SiloReport[] present = Present();
        IReadOnlyList<WaitingRun> runs = await Read();
        Leases leases = new(present, runs.Where(run => run.Trains).Select(run => run.Folder));
        return new ClusterOverview(
            options.Cluster,
            silo.Runs,
            options.Queue.Runs,
            [.. present.Select(each => each with { Cuda = [.. each.Cuda.Select(cuda => cuda with { Run = leases.Holder(each.Silo, cuda.Name) })] })],
            [.. runs.Select(run => RunOverview.Read(run.Folder))]);
    }

    /// <inheritdoc/>
    public Task<RunOverview[]> Runs() => Task.Run(() => RunFolder.List(silo.Runs).Where(run => !run.LeavesRoot()).Select(RunOverview.Read).ToArray());

    /// <inheritdoc/>
    public Task<RunOverview> Run(string run) => Task.Run(() => RunOverview.Read(Find(run)));

    /// <inheritdoc/>
    public Task<string> Experiment(string run) => Task.Run(() =>
    {
        RunFolder folder = Find(run);
        try
        {
            return File.ReadAllText(folder.Experiment);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{folder.Experiment} cannot be read: {problem.Message}");
        }
    });

    /// <inheritdoc/>
    public async Task<ClusterMap> Map()
    {
        SiloLook look = Silos;
        look.Remember(book.Silos.Values.Concat(_reports.Values));
        return new ClusterMap(options.Cluster, await look.All());
    }

    /// <inheritdoc/>
    public Task<StepTrace?> LastStep(string run) => Silos.LastStep(run);

    private SiloLook Silos => _silos ??= new SiloLook(GrainFactory, silos, silo.Time);

    /// <summary>A run by its name alone: a path could leave the folder of runs.</summary>
    private RunFolder Find(string run) =>
        silo.Inside(RunFolder.Find(silo.Runs, run.Contains('/', StringComparison.Ordinal) ? Path.GetFileName(run.TrimEnd('/')) : run));

    /// <summary>What is on its way to a run's folder gets there.</summary>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _leaving = true;
        await _look;
    }

    private Task<IReadOnlyList<WaitingRun>> Read()
    {
        Dictionary<string, DateTimeOffset> began = new(_began, StringComparer.Ordinal);
        return Task.Run(() => _book.Read(began));
    }

    private SiloReport[] Present()
    {
        HashSet<string> active = [.. silos.GetActiveSilos().Select(each => each.ToParsableString())];
        foreach (string gone in _reports.Keys.Where(each => !active.Contains(each)).ToArray())
        {
            _reports.Remove(gone);
        }

        return [.. _reports.Values.OrderBy(report => report.Name, StringComparer.Ordinal)];
    }

    /// <summary>Looks after the queue, once at a time.</summary>
    private void Look()
    {
        // A silo of one command has no queue.
        if (_leaving || !silo.InCluster)
        {
            return;
        }

        if (!_look.IsCompleted)
        {
            _again = true;
            return;
        }

        _look = LookUntilSettled();
    }

    private async Task LookUntilSettled()
    {
        do
        {
            _again = false;
            try
            {
                await LookOnce();
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                logger.LogWarning("The folder of runs {Runs} cannot be read: {Problem}", silo.Runs, problem.Message);
            }
        }
        while (_again && !_leaving);
    }

    private async Task LookOnce()
    {
        IReadOnlyList<WaitingRun> runs = await Read();
        SiloReport[] present = Present();
        bool Taken(WaitingRun run) => run.Trains || _starting.Contains(run.Folder.Name);
        List<WaitingRun> busy = [.. runs.Where(Taken)];
        Leases leases = new(present, busy.Select(run => run.Folder));
        foreach (WaitingRun run in runs.Where(run => !Taken(run)))
        {
            if (options.Queue.Reason(run, busy) is { } limit)
            {
                await Wait(run, limit);
                continue;
            }

            RunLease? lease = null;
            if (run.Needs.Count > 0 && (lease = leases.TryTake(run)) is null)
            {
                await Wait(run, leases.Reason(run));
                continue;
            }

            busy.Add(run);
            _began[run.Ticket.Owner] = silo.Time.GetUtcNow();
            _starting.Add(run.Folder.Name);
            _ = Begin(run, lease);
        }
    }

    private async Task Wait(WaitingRun run, string reason)
    {
        if (run.State.Problem != reason || run.State.State != RunState.Queued)
        {
            await Task.Run(() => RunFiles.Rest(run.Folder, RunState.Queued, silo.Time, reason, onlyIfWaiting: true));
        }
    }

    private async Task Begin(WaitingRun run, RunLease? lease)
    {
        try
        {
            if (!await Task.Run(() => RunStateFile.Read(run.Folder) is { } now && RunFiles.Waits(now.State)))
            {
                return; // stopped by a person since the look
            }

            await Task.Run(() => RunQueue.Give(run.Folder, lease));
            if (run.State.State != RunState.Queued)
            {
                logger.LogWarning("Nobody trains run {Run} any more, which is at step {Step}; it goes on from its newest checkpoint", run.Folder.Name, run.State.Step);
            }

            await GrainFactory.GetGrain<IExperimentGrain>(run.Folder.Name).Resume();
        }
        catch (InputException problem)
        {
            // Held after all: somebody was quicker. Else the run itself cannot begin, and would not at the next look.
            await Task.Run(() => RunFiles.Rest(run.Folder, RunState.Failed, silo.Time, problem.Message));
        }
        catch (Exception problem) when (problem is OrleansException or TimeoutException or IOException or UnauthorizedAccessException)
        {
            // As while the silo that carried it is not yet known to be gone: the next look tries again.
            logger.LogInformation("Run {Run} does not begin yet: {Problem}", run.Folder.Name, problem.Message);
        }
        finally
        {
            _starting.Remove(run.Folder.Name);
        }
    }
}
