using System.Globalization;
using Cluster.Contracts;
using Cluster.Data;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;
using Grid = Cluster.Data.SampleGrid;

namespace Cluster.Grains;

/// <summary>The classifier of a checkpoint. Owns the parameters.</summary>
internal sealed class TrainedClassifier(ClassifierBlueprint blueprint, Device device, FlatParameters parameters) : ITrainedModel
{
    private const string Filters = "filters";

    /// <summary>Images that pass at once.</summary>
    private const int Block = 500;

    /// <summary>Rows and columns of the picture of mistakes.</summary>
    private const int Mistakes = 10;

    /// <inheritdoc/>
    public IReadOnlyList<string> Pictures { get; } = [Filters];

    /// <inheritdoc/>
    public byte[] Draw(string picture, int rows, int columns, ulong seed) => ClassifierPictures.Filters(blueprint, parameters, rows, columns);

    /// <summary>
    /// Accuracy with its standard error, cross entropy, and for each class how many of its images are taken for which class; as a picture
    /// the first images that are taken for another.
    /// </summary>
    /// <inheritdoc/>
    public IEnumerable<EvaluationItem> Evaluate(ImageDataset heldOut)
    {
        (float low, float high) = ClassifierBlueprint.PixelRange;
        HeldOut images = new(blueprint, heldOut, low, high);
        int classes = blueprint.Classes, examples = images.Count;
        int[] labels = images.Labels is { } known && known.Take(examples).All(label => label >= 0 && label < classes)
            ? known
            : throw new InputException($"evaluate.split: {heldOut.Name}/{heldOut.Split} needs labels from 0 to {classes - 1}, those that the classifier was trained on; choose another");
        int[,] confusion = new int[classes, classes];
        double entropy = 0;
        List<float> mistakes = [];
        for (int first = 0; first < examples; first += Block)
        {
            int count = Math.Min(Block, examples - first);
            float[] pixels = images.Rows(first, count);
            (int[] taken, double sum) = Classify(pixels, labels.AsSpan(first, count));
            entropy += sum;
            for (int row = 0; row < count; row++)
            {
                confusion[labels[first + row], taken[row]]++;
                if (taken[row] != labels[first + row] && mistakes.Count < Mistakes * Mistakes * heldOut.Pixels)
                {
                    mistakes.AddRange(pixels.AsSpan(row * heldOut.Pixels, heldOut.Pixels));
                }
            }

            yield return EvaluationItem.Progress($"{first + count} of {examples} images");
        }

        double right = Enumerable.Range(0, classes).Sum(label => confusion[label, label]) / (double)examples;
        yield return EvaluationItem.Figure("examples", examples);
        yield return EvaluationItem.Figure("accuracy", right, "", Math.Sqrt(right * (1 - right) / examples));
        yield return EvaluationItem.Figure("crossEntropy", entropy / examples, "nats");
        yield return EvaluationItem.Table("confusion", Rows(confusion, classes));
        yield return EvaluationItem.Picture(Filters, Draw(Filters, 8, 8, blueprint.Seed));
        if (mistakes.Count > 0)
        {
            yield return EvaluationItem.Picture(
                "mistakes", Grid.ToPng([.. mistakes], Mistakes, Mistakes, heldOut.Channels, heldOut.Height, heldOut.Width, low, high));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => parameters.Dispose();

    /// <summary>The most probable classes of some images, and the sum of −log p(label), in nats.</summary>
    private (int[] Taken, double Entropy) Classify(float[] pixels, ReadOnlySpan<int> labels)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        Tensor x_BD = frombuffer(pixels, ScalarType.Float32).view(labels.Length, -1).to(blueprint.Type).to(device);
        Tensor log_BC = blueprint.Network.Network.Forward(parameters, x_BD).to(ScalarType.Float64).log_softmax(1).cpu();
        long[] taken = log_BC.argmax(1).data<long>().ToArray();
        Tensor label_B1 = tensor(Array.ConvertAll(labels.ToArray(), label => (long)label)).unsqueeze(1);
        return (Array.ConvertAll(taken, label => (int)label), -log_BC.gather(1, label_B1).sum().AsDouble());
    }

    /// <summary>Rows are what images are, columns what they are taken for.</summary>
    private static string[][] Rows(int[,] confusion, int classes) =>
    [
        ["IS", .. Enumerable.Range(0, classes).Select(Text)],
        .. Enumerable.Range(0, classes).Select(row => (string[])[Text(row), .. Enumerable.Range(0, classes).Select(column => Text(confusion[row, column]))]),
    ];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
