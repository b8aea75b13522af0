using Cluster.Models.Adversarial;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>What a discriminator's minibatches say of the generator: how different fakes are from each other, and which classes they cover.</summary>
internal static class GanSignals
{
    private const string Spread = "spread", Classes = "classes", Agreement = "agreement";

    /// <summary>Notes the signals of a minibatch; on the device's thread.</summary>
    /// <param name="book">The discriminator's.</param>
    /// <param name="step">The workflow step.</param>
    /// <param name="real_BD">Data.</param>
    /// <param name="fake_BD">Fakes.</param>
    /// <param name="labels">Classes of the data; null where they have none.</param>
    /// <param name="classes">How many there are.</param>
    /// <param name="asked">Classes that the fakes should be of; empty where the generator is not told.</param>
    public static void Note(SignalBook book, long step, Tensor real_BD, Tensor fake_BD, int[]? labels, int classes, int[] asked)
    {
        book.Note(step, Spread, BatchDiversity.MeanSquaredDistance(fake_BD), BatchDiversity.MeanSquaredDistance(real_BD));
        if (labels is null)
        {
            return;
        }

        // Fakes of each class, then data of each class.
        int[] nearest = BatchDiversity.NearestClass(fake_BD, real_BD, labels, classes);
        double[] counts = new double[2 * classes];
        foreach (int label in nearest)
        {
            counts[label]++;
        }

        foreach (int label in labels)
        {
            counts[classes + label]++;
        }

        book.Note(step, Classes, counts);
        if (asked.Length > 0)
        {
            book.Note(step, Agreement, nearest.Zip(asked).Count(each => each.First == each.Second), asked.Length);
        }
    }

    /// <summary>The figures of a step.</summary>
    public static IEnumerable<KeyValuePair<string, double>> Of(SignalSet signals)
    {
        if (signals.Sum(Spread) is [var fake, var real] && real > 0)
        {
            yield return new("diversity", fake / real);
        }

        if (signals.Sum(Classes) is { } counts)
        {
            int classes = counts.Length / 2;
            int there = counts.Skip(classes).Count(each => each > 0);
            yield return new("classCoverage", Enumerable.Range(0, classes).Count(k => counts[k] > 0 && counts[classes + k] > 0) / (double)there);
        }

        if (signals.Sum(Agreement) is [var same, var all])
        {
            yield return new("classAgreement", same / all);
        }
    }
}
