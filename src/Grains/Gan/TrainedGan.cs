using Cluster.Contracts;
using Cluster.Data;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>The two networks of a checkpoint.</summary>
internal sealed class TrainedGan(GanBlueprint blueprint, Device device, FlatParameters generator, FlatParameters discriminator) : ITrainedModel
{
    private const int Block = 500;

    /// <inheritdoc/>
    public IReadOnlyList<string> Pictures { get; } = ["samples"];

    /// <inheritdoc/>
    public byte[] Draw(string picture, int rows, int columns, ulong seed) =>
        GeneratorSamples.Picture(blueprint, GeneratorSamples.Images(blueprint, generator, device, rows * columns, seed), rows, columns);

    /// <summary>How well the discriminator tells held-out images from generated ones: at 50% the game is even.</summary>
    /// <inheritdoc/>
    public IEnumerable<EvaluationItem> Evaluate(ImageDataset heldOut)
    {
        (float low, float high) = blueprint.Gan.PixelRange;
        HeldOut images = new(blueprint, heldOut, low, high);
        int examples = images.Count;
        double realScore = 0, fakeScore = 0, right = 0;
        for (int first = 0; first < examples; first += Block)
        {
            int count = Math.Min(Block, examples - first);
            (double score, double positive) = Judge(images.Rows(first, count));
            realScore += score;
            right += positive;
            (score, positive) = Judge(GeneratorSamples.Images(blueprint, generator, device, count, blueprint.Seed + (ulong)first));
            fakeScore += score;
            right += count - positive;
            yield return EvaluationItem.Progress($"{first + count} of {examples} images");
        }

        yield return EvaluationItem.Figure("examples", examples);
        yield return EvaluationItem.Figure("heldOutScore", realScore / examples);
        yield return EvaluationItem.Figure("fakeScore", fakeScore / examples);
        yield return EvaluationItem.Figure("discriminatorAccuracy", right / (2.0 * examples));
        yield return EvaluationItem.Picture("samples", Draw("samples", 10, 10, blueprint.Seed));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        generator.Dispose();
        discriminator.Dispose();
    }

    /// <summary>Sums over some images of the score and of "taken for real".</summary>
    private (double Score, double Positive) Judge(float[] pixels)
    {
        using DisposeScope scope = NewDisposeScope();
        using (no_grad())
        {
            Tensor x_BD = frombuffer(pixels, ScalarType.Float32).view(-1, blueprint.Data.Pixels).to(blueprint.Type).to(device);
            Tensor logits_B1 = blueprint.Gan.Discriminator.Forward(discriminator, x_BD);
            return (blueprint.Gan.Score(logits_B1) * logits_B1.shape[0], blueprint.Gan.TakenForReal(logits_B1).to(ScalarType.Float64).sum().ToDouble());
        }
    }
}
