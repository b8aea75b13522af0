using System.Collections.Concurrent;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Data;

namespace Cluster.Grains;

/// <summary>Blueprints by the experiment's text: the actors of a run that sit on one silo share one.</summary>
internal sealed class Blueprints(Datasets datasets, TimeProvider time)
{
    /// <summary>More runs than this seldom train on one silo at a time; those that do make theirs once more.</summary>
    private const int Most = 64;

    private readonly ConcurrentDictionary<string, Task<Blueprint>> _made = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _order = new();

    /// <summary>The blueprint of a resolved experiment file.</summary>
    /// <exception cref="InputException">The file or its data cannot be read, or they do not fit each other.</exception>
    public async Task<Blueprint> Get(string experiment)
    {
        Task<Blueprint> making = _made.GetOrAdd(experiment, text =>
        {
            _order.Enqueue(text);
            return Task.Run(() => Make(text));
        });
        while (_order.Count > Most && _order.TryDequeue(out string? oldest))
        {
            _made.TryRemove(oldest, out _);
        }

        try
        {
            return await making;
        }
        catch
        {
            // What failed may succeed once the person has put the files right.
            _made.TryRemove(new KeyValuePair<string, Task<Blueprint>>(experiment, making));
            throw;
        }
    }

    /// <summary>The blueprint where the family is known: an actor of a family asks for its own.</summary>
    public async Task<T> Get<T>(string experiment) where T : Blueprint => (T)await Get(experiment);

    private Blueprint Make(string experiment)
    {
        ExperimentFile file;
        try
        {
            file = ExperimentFile.Parse(experiment, "experiment.yaml");
        }
        catch (ExperimentFileException problem)
        {
            throw new InputException(problem.Message);
        }

        ImageDataset data = datasets.Open(file.Data.Name, file.Data.Split);
        long needed = (long)file.Batch * file.Replicas;

        // A dictionary takes any number of patches from an image, and counts them itself.
        if (needed > data.Count && file.Model is not DictionaryModel)
        {
            throw new InputException(
                $"batch: {file.Batch} × replicas: {file.Replicas} needs {needed} images a step, but {file.Data.Name}/{file.Data.Split} has {data.Count}: choose a smaller batch or fewer replicas");
        }

        Blueprint blueprint = file.Model switch
        {
            GanModel => new GanBlueprint(file, data) { Time = time },
            RbmModel => new RbmBlueprint(file, data) { Time = time },
            CoderModel => new CoderBlueprint(file, data) { Time = time },
            DictionaryModel => new DictionaryBlueprint(file, data) { Time = time },
            ClassifierModel => new ClassifierBlueprint(file, data) { Time = time },
            _ => throw new InvalidOperationException($"model {file.Model.Kind} has no blueprint"),
        };
        CheckExchange(blueprint);
        return blueprint;
    }

    /// <summary>Refuses ways of exchange that the model cannot go.</summary>
    private static void CheckExchange(Blueprint blueprint)
    {
        ExperimentFile file = blueprint.File;
        int every = file.Exchange.LocalSteps;
        if (!file.Exchange.KeepsState)
        {
            return;
        }

        if (blueprint.Roles.Count == 0)
        {
            throw new InputException(
                $"exchange.{(every > 0 ? "localSteps" : "compression")}: this {file.Model.Kind} exchanges no gradients; leave it out");
        }

        if (every > 0 && blueprint.Roles.FirstOrDefault(role => role.Contributors != file.Replicas) is { } joint)
        {
            throw new InputException(
                $"exchange.localSteps: {every} needs replicas that can step by themselves, but {joint.Name} takes {joint.Contributors} gradients for {file.Replicas} replicas; leave it out");
        }

        if (every > 0 && file.Steps % every != 0)
        {
            int near = Math.Max(every, file.Steps / every * every);
            throw new InputException(
                $"steps: {file.Steps} is no multiple of exchange.localSteps: {every}, and the replicas would not meet in the end; choose {near} steps, or another localSteps");
        }
    }
}
