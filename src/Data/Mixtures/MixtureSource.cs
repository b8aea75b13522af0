using Cluster.Numerics;

namespace Cluster.Data;

/// <summary>A mixture as a data set of points: drawn when it is opened, always the same ones. Labels are modes.</summary>
internal sealed class MixtureSource(GaussianMixture mixture) : IDatasetSource
{
    private const int Train = 50_000, Test = 10_000;

    public string Name => mixture.Name;

    public IReadOnlyList<string> Splits { get; } = ["train", "test"];

    public string Images => $"{Train} train, {Test} test";

    public string Size => "vectors of 2";

    public string Attribution => $"generated: {mixture.Centres.Count} Gaussians in the plane";

    public string HowToGet => "built in";

    public string? Find(IReadOnlyList<string> folders) => "built in";

    public ImageDataset Open(string split, IReadOnlyList<string> folders)
    {
        int count = split == "train" ? Train : Test;
        (float[] points, int[] modes) = mixture.Draw(count, RandomStream.Named(0, mixture.Name, 0, 0, split));
        return new ImageDataset(Name, split, 1, 1, 2, points, modes);
    }
}
