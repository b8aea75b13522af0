using Cluster.Contracts;
using Cluster.Data;
using Cluster.Models.Classifiers;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>Judges samples, of a model or from a file, beside the training images, with held-out images as the yardstick.</summary>
/// <param name="blueprint">The run's.</param>
/// <param name="device">Where all is computed.</param>
/// <param name="heldOut">The split that the experiment file names.</param>
/// <param name="classifier">Opens the classifier; null where none is named, and then only neighbours are looked for.</param>
internal sealed class SampleEvaluation(Blueprint blueprint, Device device, ImageDataset heldOut, Func<FeatureExtractor>? classifier)
{
    /// <summary>Samples, and held-out images, below which none of the figures says anything.</summary>
    private const int Fewest = 20;

    /// <summary>Of a model that draws samples; nothing of one that does not.</summary>
    public IEnumerable<EvaluationItem> Of(ISampler? model) => model is { Draws: true } && (classifier is not null || CanBeCompared)
        ? Of(
            blueprint.File.Evaluate.Samples, model.Block, (first, count) => Unit(model.Samples(first / model.Block, count, blueprint.Seed), model.PixelRange),
            (first, count) => model.Labels(first / model.Block, count, blueprint.Seed))
        : [];

    /// <summary>Of samples in a file, with values from 0 to 1 or bytes.</summary>
    public IEnumerable<EvaluationItem> Of(ImageDataset given)
    {
        UnitImages images = UnitImages.First(given, int.MaxValue);
        return Of(images.Count, SampleJudge.Block, images.Rows, (_, _) => []);
    }

    /// <summary>Whether data are pictures, and enough of them, so that neighbours say something without a classifier.</summary>
    private bool CanBeCompared => blueprint.Data is { Height: > 1, Width: > 1 } && blueprint.Data.FirstOutside(0, 1) is null && heldOut.FirstOutside(0, 1) is null
        && Math.Min(heldOut.Count, Math.Min(blueprint.Data.Count, new HeldOut(blueprint, heldOut, 0, 1).Count)) >= Fewest;

    /// <summary>All figures.</summary>
    /// <param name="count">How many samples there are.</param>
    /// <param name="block">How many are asked for at once, and of how many the neighbours are looked for.</param>
    /// <param name="samples">Some of them, from the beginning of a block.</param>
    /// <param name="labels">The classes that these were asked to be of; empty where there are none.</param>
    private IEnumerable<EvaluationItem> Of(int count, int block, Func<int, int, float[]> samples, Func<int, int, int[]> labels)
    {
        UnitImages training = UnitImages.First(blueprint.Data, int.MaxValue), held = UnitImages.First(heldOut, Math.Min(count, new HeldOut(blueprint, heldOut, 0, 1).Count));
        if (Math.Min(count, Math.Min(training.Count, held.Count)) < Fewest)
        {
            throw new InputException($"{count} samples, {training.Count} training images and {held.Count} held-out images are too few to judge samples by: {Fewest} of each are needed (evaluate.samples, evaluate.examples)");
        }

        int measured = Math.Min(Math.Min(TrainingNeighbours.Measured, block), Math.Min(count, held.Count));
        foreach (EvaluationItem item in new TrainingNeighbours(training, device).Judge(samples(0, measured), held.Rows(0, measured)))
        {
            yield return item;
        }

        if (classifier is not null)
        {
            using FeatureExtractor network = classifier();
            UnitImages reference = UnitImages.Drawn(blueprint.Data, count, RandomStream.Named(blueprint.Seed, "evaluate", 0, 0, "reference"));
            foreach (EvaluationItem item in new SampleJudge(network, device, reference, held).Judge(count, block, samples, labels))
            {
                yield return item;
            }
        }
    }

    /// <summary>Samples in the model's range, as values from 0 to 1.</summary>
    private float[] Unit(float[] pixels, (float Low, float High) range)
    {
        if (blueprint.Data.IsScaled)
        {
            for (int i = 0; i < pixels.Length; i++)
            {
                pixels[i] = Math.Clamp((pixels[i] - range.Low) / (range.High - range.Low), 0, 1);
            }
        }

        return pixels;
    }
}
