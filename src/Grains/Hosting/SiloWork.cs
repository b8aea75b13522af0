using System.Collections.Concurrent;
using Cluster.Contracts;
using Orleans.Runtime;

namespace Cluster.Grains;

/// <summary>What a silo works on: the runs whose workflow it carries, and the actors that got a message of late.</summary>
internal sealed class SiloWork(TimeProvider time)
{
    private static readonly TimeSpan OfLate = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, TrainingRun> _runs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (long At, WeakReference<TrainingActor> Actor)> _actors = new(StringComparer.Ordinal);

    /// <summary>Whether the silo leaves, and takes no further run.</summary>
    public bool Draining { get; private set; }

    /// <summary>Whether the silo reaches no other and not the list of silos either, and takes no run until it does.</summary>
    public bool CutOff { get; private set; }

    /// <summary>Runs that train here.</summary>
    public IReadOnlyList<string> Runs => [.. _runs.Where(each => !each.Value.Done.IsCompleted).Select(each => each.Key).Order(StringComparer.Ordinal)];

    /// <summary>Actors that had a message of late, counted by run and role.</summary>
    public IReadOnlyDictionary<string, int> Actors
    {
        get
        {
            ForgetOld();
            return _actors.Keys.GroupBy(key => key[..Math.Max(0, key.LastIndexOf('/'))], StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        }
    }

    /// <summary>A run trains here from now on.</summary>
    public void Add(string run, TrainingRun training)
    {
        _runs[run] = training;
        training.Done.ContinueWith(_ => _runs.TryRemove(new KeyValuePair<string, TrainingRun>(run, training)), TaskScheduler.Default);
    }

    /// <summary>An actor got a message.</summary>
    public void Saw(string key, WeakReference<TrainingActor> actor) => _actors[key] = (time.GetTimestamp(), actor);

    /// <summary>What the actors do that had a message of late.</summary>
    public IReadOnlyList<ActorActivity> Doing()
    {
        ForgetOld();
        return [.. _actors.Values.Select(each => each.Actor.TryGetTarget(out TrainingActor? actor) ? actor.Present() : null).OfType<ActorActivity>()];
    }

    /// <summary>A run that would begin here begins elsewhere, once this silo has left.</summary>
    /// <exception cref="SiloUnavailableException">The silo leaves, or is cut off.</exception>
    public void RefuseWhileLeaving()
    {
        if (Draining)
        {
            throw new SiloUnavailableException("this silo leaves the cluster; the run begins on another");
        }

        if (CutOff)
        {
            throw new SiloUnavailableException("this silo is cut off from the others; the run begins on another");
        }
    }

    /// <summary>The silo is cut off, or no longer. Then its runs are let go, to be gone on with elsewhere; their files are left as they are.</summary>
    public void SetCutOff(bool cutOff)
    {
        CutOff = cutOff;
        foreach (TrainingRun training in cutOff ? _runs.Values : [])
        {
            training.LetGo();
        }
    }

    /// <summary>Stops every run with a checkpoint, to go on elsewhere, and has those that only have actors here move as well.</summary>
    public async Task Drain(IGrainFactory grains, CancellationToken patience)
    {
        Draining = true;
        TrainingRun[] mine = [.. _runs.Values];
        string[] others = [.. Actors.Keys.Select(key => key.Split('/')[0]).Distinct(StringComparer.Ordinal).Except(_runs.Keys, StringComparer.Ordinal)];
        foreach (TrainingRun training in mine)
        {
            training.Stop(RunState.Queued);
        }

        Task[] leaving = [.. mine.Select(training => training.Done), .. others.Select(run => grains.GetGrain<IExperimentGrain>(run).Yield())];
        try
        {
            await Task.WhenAll(leaving).WaitAsync(patience);
        }
        catch (Exception late) when (late is not OutOfMemoryException)
        {
            // What did not make it goes on from its newest checkpoint: the next step of a loss.
        }
    }

    private void ForgetOld()
    {
        foreach (KeyValuePair<string, (long At, WeakReference<TrainingActor> Actor)> each in _actors)
        {
            if (time.GetElapsedTime(each.Value.At) > OfLate)
            {
                _actors.TryRemove(each);
            }
        }
    }
}
