using Cluster.Contracts;
using Cluster.Data;
using Cluster.Models.Evaluation;
using TorchSharp;
using static TorchSharp.torch;
using Grid = Cluster.Data.SampleGrid;

namespace Cluster.Grains;

/// <summary>
/// Whether a model has learned its training images by heart: the training images nearest to samples by their pixels, as a picture, and
/// how far they are, beside how far they are from held-out images. On the device's thread.
/// </summary>
/// <param name="training">All training images.</param>
/// <param name="device">Where distances are computed.</param>
internal sealed class TrainingNeighbours(UnitImages training, Device device)
{
    private const int Block = 2000, Rows = 10, Neighbours = 7;

    /// <summary>Samples, and held-out images, whose distances are measured.</summary>
    public const int Measured = 500;

    /// <summary>The figure and the picture, in which each row begins with the sample.</summary>
    /// <param name="samples">At most <see cref="Measured"/>, pixels from 0 to 1.</param>
    /// <param name="heldOut">As many held-out images.</param>
    public IEnumerable<EvaluationItem> Judge(float[] samples, float[] heldOut)
    {
        ImageDataset data = training.Data;
        using NearestExamples near = Of(samples), yardstick = Of(heldOut);
        for (int first = 0; first < training.Count; first += Block)
        {
            int count = Math.Min(Block, training.Count - first);
            Look([near, yardstick], training.Rows(first, count), first);
            yield return EvaluationItem.Progress($"neighbours among {first + count} of {training.Count} training images");
        }

        yield return EvaluationItem.Figure("nearestTraining", near.MeanDistance(), "distance of pixels", heldOut: yardstick.MeanDistance());
        int rows = Math.Min(Rows, samples.Length / data.Pixels), columns = near.Kept + 1;
        long[] nearest = near.Indices;
        float[] pixels = [.. Enumerable.Range(0, rows).SelectMany(row => samples[(row * data.Pixels)..((row + 1) * data.Pixels)].Concat(
            Enumerable.Range(0, near.Kept).SelectMany(place => training.Rows((int)nearest[(row * near.Kept) + place], 1))))];
        yield return EvaluationItem.Picture("neighbours", Grid.ToPng(pixels, rows, columns, data.Channels, data.Height, data.Width, 0, 1));
    }

    private NearestExamples Of(float[] images)
    {
        using DisposeScope scope = NewDisposeScope();
        return new NearestExamples(Rows_ND(images), Neighbours);
    }

    private void Look(NearestExamples[] all, float[] images, int first)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x_BD = Rows_ND(images);
        foreach (NearestExamples each in all)
        {
            each.Add(x_BD, first);
        }
    }

    private Tensor Rows_ND(float[] images) => frombuffer(images, ScalarType.Float32).view(-1, training.Data.Pixels).to(device);
}
