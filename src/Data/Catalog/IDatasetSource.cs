namespace Cluster.Data;

/// <summary>One entry of the catalogue: what a data set is, and how it is opened.</summary>
internal interface IDatasetSource
{
    string Name { get; }

    IReadOnlyList<string> Splits { get; }

    /// <summary>How many images, per split.</summary>
    string Images { get; }

    /// <summary>Size of an image.</summary>
    string Size { get; }

    /// <summary>Authors, year, licence.</summary>
    string Attribution { get; }

    /// <summary>Where it is on this machine; null where it is not.</summary>
    string? Find(IReadOnlyList<string> folders);

    /// <summary>How it can be had where it is not there.</summary>
    string HowToGet { get; }

    /// <exception cref="DatasetException">It is missing or damaged.</exception>
    ImageDataset Open(string split, IReadOnlyList<string> folders);
}
