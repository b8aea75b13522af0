using System.Collections.Concurrent;
using Cluster.Contracts;
using Cluster.Data;

namespace Cluster.Grains;

/// <summary>Datasets by name and split, read once per silo and shared by all its actors.</summary>
internal class Datasets(TrainingOptions options)
{
    private readonly ConcurrentDictionary<(string Name, string Split), ImageDataset> _open = new();

    /// <summary>Opens a dataset. Reads files: not for a grain's turn.</summary>
    /// <exception cref="InputException">It is unknown, missing or damaged.</exception>
    public ImageDataset Open(string name, string split)
    {
        try
        {
            return _open.GetOrAdd((name, split), key => Read(key.Name, key.Split));
        }
        catch (DatasetException problem)
        {
            throw new InputException(problem.Message);
        }
    }

    /// <summary>Reads one that nobody has asked for before.</summary>
    protected virtual ImageDataset Read(string name, string split) => DatasetCatalog.Open(name, split, DatasetLocator.SearchFolders(options.Data));
}
