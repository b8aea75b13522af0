using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Models.Autoencoders;
using Cluster.Models.Evaluation;
using Cluster.Models.Variational;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>Encoder and decoder of a checkpoint. Owns the parameters.</summary>
internal sealed class TrainedCoder(CoderBlueprint blueprint, Device device, CoderParameters parameters) : ITrainedModel, ISampler
{
    private const int Block = 500;

    /// <summary>Images whose log-likelihood is estimated at once: 20 × 5000 samples are a second or two on a few cores.</summary>
    private const int WeightedBlock = 20;

    private readonly TrainedCoderPictures _pictures = new(blueprint, device, parameters);

    /// <inheritdoc/>
    public IReadOnlyList<string> Pictures => _pictures.Names;

    /// <inheritdoc/>
    public byte[] Draw(string picture, int rows, int columns, ulong seed) => _pictures.Draw(picture, rows, columns, seed);

    /// <inheritdoc/>
    public bool Draws => !CoderPictures.Reconstructs(blueprint);

    /// <inheritdoc/>
    public (float Low, float High) PixelRange => CoderBlueprint.PixelRange;

    /// <inheritdoc/>
    public double Truncation
    {
        set => throw EvaluatorGrain.NoLatents(blueprint);
    }

    /// <summary>Means of p(x|z) for z from the prior; classes, where there are any, are those of the first training images.</summary>
    /// <inheritdoc/>
    public float[] Samples(int block, int count, ulong seed)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        Tensor code_SZ = blueprint.Coder.Prior(parameters, RandomStream.Named(seed, "sample", block, 0, "latent"), count);
        return CoderPictures.Floats(blueprint.Coder.Generate(parameters, code_SZ, blueprint.OneHot(Labels(block, count, seed), device)));
    }

    /// <inheritdoc/>
    public int[] Labels(int block, int count, ulong seed) =>
        [.. Enumerable.Range(block * count, blueprint.Coder.Classes > 0 ? count : 0).Select(i => blueprint.Data.Labels![i % blueprint.Data.Count])];

    /// <summary>Reconstruction, bound, k-means on the codes, anomalies, and for a VAE the importance-weighted log-likelihood.</summary>
    /// <inheritdoc/>
    public IEnumerable<EvaluationItem> Evaluate(ImageDataset heldOut)
    {
        (float low, float high) = CoderBlueprint.PixelRange;
        HeldOut images = new(blueprint, heldOut, low, high);
        if (blueprint.Coder.Classes > 0 && heldOut.Labels is null)
        {
            throw new InputException($"evaluate.split: {heldOut.Name}/{heldOut.Split} has no labels, which this conditional model needs");
        }

        int count = images.Count;
        float[] codes = new float[count * blueprint.Coder.Latent];
        double[] errors = new double[count], rates = new double[count];
        for (int first = 0; first < count; first += Block)
        {
            int rows = Math.Min(Block, count - first);
            Judge(images, heldOut, first, rows, codes, errors, rates);
            yield return EvaluationItem.Progress($"{first + rows} of {count} images");
        }

        bool isNats = blueprint.Model is not AutoencoderModel { Loss: AutoencoderLoss.SquaredError };
        yield return Mean("reconstruction", errors, isNats ? "nats" : "");
        if (blueprint.Coder is Vae)
        {
            yield return Mean("divergence", rates, "nats");
            yield return Mean("elbo", [.. errors.Zip(rates, (error, rate) => -error - rate)], "nats");
        }

        if (images.Labels is { } labels)
        {
            foreach (EvaluationItem item in Labelled(labels.AsSpan(0, count).ToArray(), codes, [.. errors.Zip(rates, (error, rate) => error + rate)]))
            {
                yield return item;
            }
        }

        if (blueprint.Coder is Vae vae)
        {
            foreach (EvaluationItem item in Weighted(vae, images, heldOut))
            {
                yield return item;
            }
        }

        foreach (string picture in Pictures)
        {
            yield return EvaluationItem.Picture(picture, Draw(picture, 10, 10, blueprint.Seed));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => parameters.Dispose();

    private static EvaluationItem Mean(string name, double[] values, string unit)
    {
        double mean = values.Average();
        double variance = values.Sum(value => (value - mean) * (value - mean)) / Math.Max(values.Length - 1, 1);
        return EvaluationItem.Figure(name, mean, unit, Math.Sqrt(variance / values.Length));
    }

    /// <summary>Codes, reconstruction errors and divergences of some rows.</summary>
    private void Judge(HeldOut images, ImageDataset heldOut, int first, int rows, float[] codes, double[] errors, double[] rates)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        (Tensor x_BD, Tensor? label_BC) = Read(images, heldOut, first, rows);
        Tensor code_BZ = blueprint.Coder.Represent(parameters, x_BD, label_BC);
        CoderPictures.Floats(code_BZ).CopyTo(codes, first * blueprint.Coder.Latent);
        if (blueprint.Coder is Vae vae)
        {
            (Tensor likelihood_B, Tensor divergence_B) = VaeEvaluation.Elbo(
                vae, parameters, x_BD, label_BC, RandomStream.Named(blueprint.Seed, "evaluate", 0, first, "elbo"));
            Doubles(likelihood_B.neg(), errors, first);
            Doubles(divergence_B, rates, first);
            return;
        }

        Tensor outputs_BO = blueprint.Coder.Outputs(parameters.Decoder, parameters.Encoder, code_BZ, label_BC);
        Doubles(blueprint.Coder.Likelihood.LogDensity(parameters.Decoder, outputs_BO, x_BD).neg(), errors, first);
    }

    /// <summary>k-means on the codes against the labels; the area under the ROC where one label was left out of training.</summary>
    private IEnumerable<EvaluationItem> Labelled(int[] labels, float[] codes, double[] scores)
    {
        int classes = labels.Distinct().Count();
        if (classes <= labels.Length)
        {
            Clustering found = KMeans.Fit(codes, blueprint.Coder.Latent, classes, RandomStream.Named(blueprint.Seed, "evaluate", 0, 0, "k-means"));
            yield return EvaluationItem.Figure("kMeansAccuracy", KMeans.Accuracy(found.Clusters, labels));
        }

        bool[] anomalous = [.. labels.Select(label => label == blueprint.Model.Anomaly)];
        if (anomalous.Contains(true) && anomalous.Contains(false))
        {
            yield return EvaluationItem.Figure("anomalyAuroc", RocCurve.Area(scores, anomalous));
        }
    }

    /// <summary>The importance-weighted estimate of log p(x).</summary>
    private IEnumerable<EvaluationItem> Weighted(Vae vae, HeldOut images, ImageDataset heldOut)
    {
        EvaluateSection section = blueprint.File.Evaluate;
        int count = section.ImportanceExamples is > 0 and var wanted ? Math.Min(wanted, images.Count) : images.Count;
        double[] values = new double[count];
        for (int first = 0; first < count; first += WeightedBlock)
        {
            int rows = Math.Min(WeightedBlock, count - first);
            using (NewDisposeScope())
            {
                (Tensor x_BD, Tensor? label_BC) = Read(images, heldOut, first, rows);
                Doubles(
                    VaeEvaluation.LogLikelihood(
                        vae, parameters, x_BD, label_BC, section.ImportanceSamples, RandomStream.Named(blueprint.Seed, "evaluate", 0, first, "importance")),
                    values,
                    first);
            }

            yield return EvaluationItem.Progress($"log p(x) of {first + rows} of {count} images");
        }

        yield return Mean("logLikelihood", values, "nats");
    }

    private (Tensor X_BD, Tensor? Label_BC) Read(HeldOut images, ImageDataset heldOut, int first, int rows)
    {
        Tensor x_BD = frombuffer(images.Rows(first, rows), ScalarType.Float32).view(rows, heldOut.Pixels).to(blueprint.Type).to(device).clone();
        Tensor? label_BC = blueprint.Coder.Classes > 0 ? blueprint.OneHot(heldOut.Labels.AsSpan(first, rows), device) : null;
        return (x_BD, label_BC);
    }

    private static void Doubles(Tensor values, double[] into, int first)
    {
        using DisposeScope scope = NewDisposeScope();
        values.to(ScalarType.Float64).cpu().contiguous().data<double>().ToArray().CopyTo(into, first);
    }
}
