using System.Globalization;
using Cluster.Contracts;
using Cluster.Models.Classifiers;
using Cluster.Models.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// Judges samples beside data by what a classifier sees in them, and held-out images in the same way as the yardstick. Everything on
/// one device's thread; each item is one visit.
/// </summary>
/// <param name="classifier">Tells features and classes.</param>
/// <param name="device">Where it computes.</param>
/// <param name="reference">Training images that samples are compared with.</param>
/// <param name="heldOut">Held-out images.</param>
internal sealed class SampleJudge(FeatureExtractor classifier, Device device, UnitImages reference, UnitImages heldOut)
{
    /// <summary>Images that pass at once.</summary>
    public const int Block = 1000;

    /// <summary>Classes that have a line each in the table; of more, only what they come to.</summary>
    private const int MostClasses = 20;

    /// <summary>All figures.</summary>
    /// <param name="count">How many samples there are.</param>
    /// <param name="block">How many of them are asked for at once.</param>
    /// <param name="samples">Some of them: the first one and how many, to pixels from 0 to 1.</param>
    /// <param name="labels">The classes that these were asked to be of; empty where there are none.</param>
    public IEnumerable<EvaluationItem> Judge(int count, int block, Func<int, int, float[]> samples, Func<int, int, int[]> labels)
    {
        int pixels = reference.Data.Pixels;
        using LookedAt real = new(classifier, reference.Count, pixels, device), held = new(classifier, heldOut.Count, pixels, device), made = new(classifier, count, pixels, device);
        (LookedAt, string, int, Func<int, int, float[]>)[] sets =
            [(real, "training images", Block, reference.Rows), (held, "held-out images", Block, heldOut.Rows), (made, "samples", block, samples)];
        foreach ((LookedAt seen, string what, int most, Func<int, int, float[]> rows) in sets)
        {
            for (int first = 0; first < seen.Count; first += most)
            {
                int some = Math.Min(most, seen.Count - first);
                seen.Add(rows(first, some));
                yield return EvaluationItem.Progress($"classifier: {first + some} of {seen.Count} {what}");
            }
        }

        yield return EvaluationItem.Figure("sampleCount", count, heldOut: heldOut.Count);
        if (Agreement(made, labels, block) is { } agreement)
        {
            double error = Math.Sqrt(agreement * (1 - agreement) / count);
            double yardstick = heldOut.Labels is { } known ? Agreement(held, (first, some) => known[first..(first + some)], Block)!.Value : double.NaN;
            yield return EvaluationItem.Figure("classAgreement", agreement, "", error, yardstick);
        }

        foreach (EvaluationItem item in Classes(real, held, made).Concat(Distances(real, held, made)))
        {
            yield return item;
        }
    }

    private IEnumerable<EvaluationItem> Classes(LookedAt real, LookedAt held, LookedAt made)
    {
        int classes = classifier.Classes;
        double[] shares = ClassShares.Of(made.Labels, classes), heldShares = ClassShares.Of(held.Labels, classes), data = ClassShares.Of(real.Labels, classes);
        for (int label = 0; label < classes && classes <= MostClasses; label++)
        {
            yield return EvaluationItem.Figure("share" + label.ToString(CultureInfo.InvariantCulture), shares[label], heldOut: heldShares[label]);
        }

        yield return EvaluationItem.Figure("leastShare", shares.Min(), heldOut: heldShares.Min());
        yield return EvaluationItem.Figure("classDivergence", ClassShares.Divergence(shares, data), "nats", heldOut: ClassShares.Divergence(heldShares, data));
        (double score, double error) = ClassShares.Score(made.Probabilities);
        yield return EvaluationItem.Figure("classifierScore", score, "", error, ClassShares.Score(held.Probabilities).Value);
    }

    /// <summary>The share of images that the classifier takes for what they were asked to be; null where they were not asked to be anything.</summary>
    private static double? Agreement(LookedAt seen, Func<int, int, int[]> labels, int block)
    {
        int right = 0;
        for (int first = 0; first < seen.Count; first += block)
        {
            int[] asked = labels(first, Math.Min(block, seen.Count - first));
            if (asked.Length == 0)
            {
                return null;
            }

            for (int i = 0; i < asked.Length; i++)
            {
                right += seen.Labels[first + i] == asked[i] ? 1 : 0;
            }
        }

        return right / (double)seen.Count;
    }

    private static IEnumerable<EvaluationItem> Distances(LookedAt real, LookedAt held, LookedAt made)
    {
        double heldFrechet = FrechetDistance.Of(held.Features, real.Features);
        yield return EvaluationItem.Figure("frechetDistance", FrechetDistance.Of(made.Features, real.Features), heldOut: heldFrechet);
        double heldKernel = KernelDistance.Of(held.Features, real.Features).Value;
        yield return EvaluationItem.Progress("kernel distance");
        (double kernel, double error) = KernelDistance.Of(made.Features, real.Features);
        yield return EvaluationItem.Figure("kernelDistance", kernel, "", error, heldKernel);

        // Precision, and its yardstick, by the manifold of the data; recall by that of the samples, or of the held-out images.
        double[] shares = new double[4];
        (LookedAt Manifold, LookedAt[] Points)[] pairs = [(real, [made, held]), (made, [real]), (held, [real])];
        int done = 0;
        foreach ((LookedAt examples, LookedAt[] points) in pairs)
        {
            using Manifold manifold = new(examples.Features);
            while (manifold.Measure())
            {
                yield return EvaluationItem.Progress("precision and recall: balls about examples");
            }

            foreach (LookedAt each in points)
            {
                for (int first = 0; first < each.Count; first += Manifold.Block)
                {
                    shares[done] += Inside(manifold, each, first) / (double)each.Count;
                    yield return EvaluationItem.Progress("precision and recall: points within balls");
                }

                done++;
            }
        }

        yield return EvaluationItem.Figure("precision", shares[0], heldOut: shares[1]);
        yield return EvaluationItem.Figure("recall", shares[2], heldOut: shares[3]);
    }

    private static long Inside(Manifold manifold, LookedAt points, int first)
    {
        using Tensor rows_BF = points.Features.narrow(0, first, Math.Min(Manifold.Block, points.Count - first));
        return manifold.Inside(rows_BF);
    }
}
