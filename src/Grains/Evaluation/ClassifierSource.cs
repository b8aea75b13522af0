using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Contracts.Runs;
using Cluster.Data;
using Cluster.Models;
using Cluster.Models.Classifiers;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>Finds the classifier that an experiment file names: another run, or an exported file.</summary>
internal static class ClassifierSource
{
    private const string Key = "evaluate.classifier: ";

    private const string Prefix = ClassifierModel.ClassifierRole + ".";

    /// <summary>Opens it. Reads files; on the device's thread.</summary>
    /// <param name="silo">Where runs are.</param>
    /// <param name="named">A run of kind classifier, or a file that ends in .safetensors.</param>
    /// <param name="experiments">The blueprint of a run's experiment, where a run is named.</param>
    /// <param name="data">The images that it is to see.</param>
    /// <param name="device">Where it computes.</param>
    /// <exception cref="InputException">It is not there, is no classifier, or does not fit the images.</exception>
    public static FeatureExtractor Open(SiloServices silo, string named, Blueprint? experiments, ImageDataset data, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors = IsFile(named) ? OfFile(named) : OfRun(silo, named, experiments);
        try
        {
            return FeatureExtractor.From(tensors, Prefix, new ImageSize(data.Channels, data.Height, data.Width), device);
        }
        catch (ArgumentException unfit)
        {
            throw new InputException($"{Key}{named} cannot judge {data.Name}: {unfit.Message}; name a run of kind classifier that was trained on such images, or a file that cluster export wrote of one");
        }
    }

    /// <summary>Whether a name is a file's.</summary>
    public static bool IsFile(string named) => named.EndsWith(".safetensors", StringComparison.Ordinal);

    /// <summary>The experiment of a run that is named.</summary>
    /// <exception cref="InputException">There is no such run.</exception>
    public static string Experiment(SiloServices silo, string named)
    {
        try
        {
            return File.ReadAllText(RunFolder.Find(silo.Runs, named).Experiment);
        }
        catch (Exception problem) when (problem is InputException or IOException or UnauthorizedAccessException)
        {
            throw new InputException(Key + problem.Message);
        }
    }

    private static Dictionary<string, Tensor> OfRun(SiloServices silo, string named, Blueprint? blueprint)
    {
        if (blueprint is not ClassifierBlueprint classifier)
        {
            throw new InputException($"{Key}run {named} is a {blueprint?.File.Model.Kind}; name a run of kind classifier, as examples/classifier-mnist.yaml trains one");
        }

        List<string> passed = [];
        CheckpointFolder checkpoint = CheckpointFolder.NewestSound(RunFolder.Find(silo.Runs, named), passed.Add)
            ?? throw new InputException($"{Key}run {named} has no sound checkpoint{string.Concat(passed.Select(why => "; " + why))}");
        return classifier.Export(checkpoint).ToDictionary(tensor => tensor.Name, tensor => tensor.Value, StringComparer.Ordinal);
    }

    private static Dictionary<string, Tensor> OfFile(string named)
    {
        string path = Path.GetFullPath(named);
        try
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            return file.Entries.ToDictionary(entry => entry.Name, entry => file.Read(entry.Name), StringComparer.Ordinal);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or SafetensorsException)
        {
            throw new InputException($"{Key}{path} cannot be read: {unreadable.Message}");
        }
    }
}
