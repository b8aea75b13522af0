using System.Collections.Concurrent;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Data;

namespace Cluster.Grains;

/// <summary>Blueprints by the experiment's text: the actors of a run that sit on one silo share one.</summary>
internal sealed class Blueprints(Datasets datasets)
{
    private readonly ConcurrentDictionary<string, Task<Blueprint>> _made = new(StringComparer.Ordinal);

    /// <summary>The blueprint of a resolved experiment file.</summary>
    /// <exception cref="InputException">The file or its data cannot be read, or they do not fit each other.</exception>
    public async Task<Blueprint> Get(string experiment)
    {
        Task<Blueprint> making = _made.GetOrAdd(experiment, text => Task.Run(() => Make(text)));
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

        return file.Model switch
        {
            GanModel => new GanBlueprint(file, data),
            RbmModel => new RbmBlueprint(file, data),
            CoderModel => new CoderBlueprint(file, data),
            DictionaryModel => new DictionaryBlueprint(file, data),
            ClassifierModel => new ClassifierBlueprint(file, data),
            _ => throw new InvalidOperationException($"model {file.Model.Kind} has no blueprint"),
        };
    }
}
