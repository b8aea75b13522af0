using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Models;
using Cluster.Models.Adversarial;
using Cluster.Models.Evaluation;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>The two networks of a checkpoint.</summary>
/// <param name="blueprint">The run's.</param>
/// <param name="device">Where the tensors are.</param>
/// <param name="generator">Of its parameters the moving average where there is one.</param>
/// <param name="discriminator">Its parameters and memory.</param>
/// <param name="owned">All that is freed in the end.</param>
internal sealed class TrainedGan(
    GanBlueprint blueprint, Device device, NetworkPass generator, NetworkPass discriminator, IReadOnlyList<FlatParameters> owned) : ITrainedModel, ISampler
{
    private BatchStatistics? _statistics;
    private double _truncation;

    /// <inheritdoc/>
    public IReadOnlyList<string> Pictures { get; } = LatentPictures.Names(blueprint);

    /// <inheritdoc/>
    public (float Low, float High) PixelRange => blueprint.Gan.PixelRange;

    /// <inheritdoc/>
    public double Truncation
    {
        set => _truncation = blueprint.Model.Prior == GanPrior.Normal ? value : throw EvaluatorGrain.NoLatents(blueprint);
    }

    /// <inheritdoc/>
    public byte[] Draw(string picture, int rows, int columns, ulong seed) =>
        GeneratorSamples.Picture(blueprint, LatentPictures.Images(picture, blueprint, generator, device, rows, columns, seed, _truncation), rows, columns);

    /// <summary>Classes, where there are any, are all equally likely.</summary>
    /// <inheritdoc/>
    public float[] Samples(int block, int count, ulong seed) => GeneratorSamples.Images(
        blueprint, generator, device, count, seed, Labels(block, count, seed), block: block, truncation: _truncation);

    /// <inheritdoc/>
    public int[] Labels(int block, int count, ulong seed) => blueprint.DrawLabels(RandomStream.Named(seed, "sample", block, 0, "labels"), count);

    /// <summary>
    /// How well the discriminator tells held-out images from generated ones: at 50% the game is even; a Wasserstein critic only ranks. On a mixture in the plane, how many
    /// modes have samples, and what share of samples lies within three standard deviations of one.
    /// </summary>
    /// <inheritdoc/>
    public IEnumerable<EvaluationItem> Evaluate(ImageDataset heldOut)
    {
        (float low, float high) = blueprint.Gan.PixelRange;
        HeldOut images = new(blueprint, heldOut, low, high);
        int examples = images.Count;
        double realScore = 0, fakeScore = 0, right = 0;
        GaussianMixture? mixture = GaussianMixture.Find(blueprint.File.Data.Name);
        int[] modes = new int[mixture?.Centres.Count ?? 0];

        // Minibatch discrimination compares as many images as it did in training.
        int block = blueprint.Model.Discriminator.MinibatchKernels > 0 ? blueprint.File.Batch : 500;
        for (int first = 0; first < examples; first += block)
        {
            int count = Math.Min(block, examples - first);
            (double score, double positive) = Judge(images.Rows(first, count), Labels(images, first, count));
            realScore += score;
            right += positive;
            int[] labels = blueprint.DrawLabels(RandomStream.Named(blueprint.Seed, "evaluate", 0, first, "labels"), count);
            float[] fakes = GeneratorSamples.Images(blueprint, generator, device, count, blueprint.Seed + (ulong)first, labels);
            (score, positive) = Judge(fakes, labels);
            fakeScore += score;
            right += count - positive;
            if (mixture is not null)
            {
                modes = [.. modes.Zip(mixture.HighQuality(fakes), (sum, more) => sum + more)];
            }

            yield return EvaluationItem.Progress($"{first + count} of {examples} images");
        }

        yield return EvaluationItem.Figure("examples", examples);
        yield return EvaluationItem.Figure("heldOutScore", realScore / examples);
        yield return EvaluationItem.Figure("fakeScore", fakeScore / examples);
        if (blueprint.Gan.Decides)
        {
            yield return EvaluationItem.Figure("discriminatorAccuracy", right / (2.0 * examples));
        }

        if (blueprint.Codes is { Categorical.Count: > 0 } codes)
        {
            (double information, double? accuracy) = Read(codes, images);
            yield return EvaluationItem.Figure("codeInformation", information, "nats");
            if (accuracy is { } share)
            {
                yield return EvaluationItem.Figure("codeAccuracy", share);
            }
        }

        if (mixture is not null)
        {
            yield return EvaluationItem.Figure("modesCovered", modes.Count(samples => samples > 0));
            yield return EvaluationItem.Figure("highQuality", modes.Sum() / (double)examples);
        }

        yield return EvaluationItem.Picture("samples", Draw("samples", 10, 10, blueprint.Seed));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _statistics?.Dispose();
        foreach (FlatParameters parameters in owned)
        {
            parameters.Dispose();
        }
    }

    /// <summary>
    /// The bound on what samples tell of their first code, and how often the category that is read in a held-out image is that of its
    /// label under the best assignment of categories to labels: null where there are no labels.
    /// </summary>
    private (double Information, double? Accuracy) Read(LatentCodes codes, HeldOut images)
    {
        const int Block = 500;
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        int[] read = new int[images.Count];
        double information = 0;
        for (int first = 0; first < read.Length; first += Block)
        {
            int count = Math.Min(Block, read.Length - first), block = first;
            int[] labels = Labels(images, first, count);
            using DisposeScope inner = NewDisposeScope();
            Tensor head_BH = Head(images.Rows(first, count), labels);
            Array.ConvertAll(codes.FirstCategory(head_BH).cpu().data<long>().ToArray(), category => (int)category).CopyTo(read, first);
            RandomStream Stream() => RandomStream.Named(blueprint.Seed, "evaluate", 0, block, "codes");
            Tensor latent_BZ = GeneratorSamples.Latent(blueprint, device, count, Stream());
            float[] fakes = GeneratorSamples.Images(blueprint, generator, device, latent_BZ, labels);
            information += codes.Information(Head(fakes, labels), latent_BZ.narrow(1, blueprint.Model.Latent, codes.Width)) * count;
        }

        return (information / read.Length, images.Labels is { } known ? KMeans.Accuracy(read, known[..read.Length]) : null);
    }

    private Tensor Head(float[] pixels, int[] labels) => Gan.Head(blueprint.Gan.Discriminator.Forward(Pass(), Input(pixels, labels)));

    private int[] Labels(HeldOut images, int first, int count) => blueprint.Classes == 0
        ? []
        : images.Labels is { } labels && labels.Max() < blueprint.Classes
            ? labels[first..(first + count)]
            : throw new InputException("evaluate.split: needs labels, and none beyond the classes of the training data, for a conditional model; choose another");

    /// <summary>Sums over some images of the score and of "taken for real".</summary>
    private (double Score, double Positive) Judge(float[] pixels, int[] labels)
    {
        using DisposeScope scope = NewDisposeScope();
        using (no_grad())
        {
            Tensor output_B1 = blueprint.Gan.Discriminator.Forward(Pass(), Input(pixels, labels));
            return (blueprint.Gan.Score(output_B1) * output_B1.shape[0], blueprint.Gan.TakenForReal(output_B1).to(ScalarType.Float64).sum().AsDouble());
        }
    }

    private Tensor Input(float[] pixels, int[] labels) =>
        blueprint.WithLabels(frombuffer(pixels, ScalarType.Float32).view(-1, blueprint.Data.Pixels).to(blueprint.Type).to(device), labels);

    /// <summary>The discriminator's pass; where it normalizes over the batch, by what it sees on a batch of data and one of fakes.</summary>
    private NetworkPass Pass()
    {
        INetwork network = blueprint.Gan.Discriminator;
        if (!network.RowsAreIndependent && _statistics is null)
        {
            int batch = blueprint.File.Batch;
            (float low, float high) = blueprint.Gan.PixelRange;
            HeldOut training = new(blueprint, blueprint.Data, low, high);
            int[] labels = blueprint.DrawLabels(RandomStream.Named(blueprint.Seed, "evaluate", 0, 0, "statistics"), batch);
            float[] real = training.Rows(0, batch), fake = GeneratorSamples.Images(blueprint, generator, device, batch, blueprint.Seed, labels);
            _statistics = discriminator.WithStatistics(network, Input(real, Labels(training, 0, batch)), Input(fake, labels)).Statistics;
        }

        return discriminator with { Statistics = _statistics };
    }
}
