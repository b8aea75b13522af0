using Cluster.Contracts;
using Cluster.Data;

namespace Cluster.Grains;

/// <summary>Images of one label, left out of training so that the model meets them first when it is judged.</summary>
internal static class Anomalies
{
    /// <summary>The images of all other labels.</summary>
    /// <exception cref="InputException">The data set has no labels, or none but this one.</exception>
    public static ImageDataset Without(ImageDataset data, int label)
    {
        if (data.Labels is not { } labels)
        {
            throw new InputException($"model.anomaly: {data.Name}/{data.Split} has no labels; write -1");
        }

        int[] kept = [.. Enumerable.Range(0, data.Count).Where(index => labels[index] != label)];
        if (kept.Length == 0 || kept.Length == data.Count)
        {
            throw new InputException($"model.anomaly: {label} is the label of {data.Count - kept.Length} of {data.Count} images in {data.Name}/{data.Split}; choose one of {string.Join(", ", labels.Distinct().Order())}");
        }

        byte[] bytes = new byte[kept.Length * data.Pixels];
        for (int i = 0; i < kept.Length; i++)
        {
            data.Bytes.Span.Slice(kept[i] * data.Pixels, data.Pixels).CopyTo(bytes.AsSpan(i * data.Pixels));
        }

        return new ImageDataset(
            data.Name, data.Split, data.Channels, data.Height, data.Width, bytes, [.. kept.Select(index => labels[index])], data.MaximumValue);
    }
}
