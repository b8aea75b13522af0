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

    /// <summary>Of a model that draws samples; nothing of one that does not, nor of one that draws no images.</summary>
    public IEnumerable<EvaluationItem> Of(ISampler? model)
    {
        bool isImage = blueprint.Data is { Height: > 1, Width: > 1 };
        if (model is not { Draws: true } || (classifier is null && !isImage))
        {
            return [];
        }

        Dictionary<int, float[]> last = [];
        float[] Samples(int first, int count)
        {
            // A block of samples is drawn whole, and its beginning is asked for again when neighbours are looked for.
            int block = first / SampleJudge.Block;
            if (!last.TryGetValue(block, out float[]? pixels) || pixels.Length < count * blueprint.Data.Pixels)
            {
                last.Clear();
                last[block] = pixels = Unit(model.Samples(block, count, blueprint.Seed), model.PixelRange);
            }

            return pixels.Length == count * blueprint.Data.Pixels ? pixels : pixels[..(count * blueprint.Data.Pixels)];
        }

        return Of(blueprint.File.Evaluate.Samples, Samples);
    }

    /// <summary>Of samples in a file, with values from 0 to 1 or bytes.</summary>
    public IEnumerable<EvaluationItem> Of(ImageDataset given)
    {
        UnitImages images = UnitImages.First(given, int.MaxValue);
        return Of(images.Count, images.Rows);
    }

    private IEnumerable<EvaluationItem> Of(int count, Func<int, int, float[]> samples)
    {
        RandomStream stream = RandomStream.Named(blueprint.Seed, "evaluate", 0, 0, "reference");
        UnitImages training = UnitImages.First(blueprint.Data, int.MaxValue), held = UnitImages.First(heldOut, new HeldOut(blueprint, heldOut, 0, 1).Count);
        if (Math.Min(count, Math.Min(training.Count, held.Count)) < Fewest)
        {
            throw new InputException($"{count} samples, {training.Count} training images and {held.Count} held-out images are too few to judge samples by: {Fewest} of each are needed (evaluate.samples, evaluate.examples)");
        }

        int measured = Math.Min(TrainingNeighbours.Measured, Math.Min(count, held.Count));
        foreach (EvaluationItem item in new TrainingNeighbours(training, device).Judge(samples(0, measured), held.Rows(0, measured)))
        {
            yield return item;
        }

        if (classifier is not null)
        {
            using FeatureExtractor network = classifier();
            UnitImages reference = UnitImages.Drawn(blueprint.Data, count, stream);
            foreach (EvaluationItem item in new SampleJudge(network, device, reference, UnitImages.First(heldOut, Math.Min(count, held.Count))).Judge(count, samples))
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
