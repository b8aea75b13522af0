using Cluster.Contracts;
using Cluster.Data;
using Cluster.Models.Dictionaries;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;
using Grid = Cluster.Data.SampleGrid;

namespace Cluster.Grains;

/// <summary>The dictionary of a checkpoint, with its encoder where there is one.</summary>
internal sealed class TrainedDictionary(DictionaryBlueprint blueprint, Device device, Tensor atoms_KD, FlatParameters? encoder) : ITrainedModel
{
    private const string Atoms = "atoms", Reconstructions = "reconstructions", Denoised = "denoised";

    /// <summary>Noise that is added to be taken away again: 25 of 255, as in Elad, Aharon 2006.</summary>
    private const double Sigma = 25.0 / 255;

    private const int Block = 1000, DenoisedImages = 20, ClassifierTrain = 5000, ClassifierTest = 2000, ClassifierBlock = 250;

    /// <summary>Held-out codes are exact: what is judged is the dictionary, not the tolerance of its training.</summary>
    private readonly SparseCodingOptions _exact = blueprint.Options.Coding with { Tolerance = 1e-5, MaximumIterations = 20_000 };

    /// <inheritdoc/>
    public IReadOnlyList<string> Pictures { get; } = blueprint.Model.Whitening.Enabled ? [Atoms, Reconstructions] : [Atoms, Reconstructions, Denoised];

    /// <inheritdoc/>
    public byte[] Draw(string picture, int rows, int columns, ulong seed) => picture switch
    {
        Reconstructions => Pairs(blueprint.Data, rows, columns, seed, denoise: false),
        Denoised => Pairs(blueprint.Data, rows, columns, seed, denoise: true),
        _ => AtomPictures.Mosaic(blueprint, atoms_KD, rows, columns),
    };

    /// <inheritdoc/>
    public IEnumerable<EvaluationItem> Evaluate(ImageDataset heldOut)
    {
        foreach (EvaluationItem item in Coding(heldOut).Concat(Denoising(heldOut)).Concat(Classification(heldOut)))
        {
            yield return item;
        }

        yield return EvaluationItem.Picture(Atoms, Draw(Atoms, 10, 10, 0));
        yield return EvaluationItem.Picture(Reconstructions, Pairs(heldOut, 4, 8, blueprint.Seed, denoise: false));
        if (!blueprint.Model.Whitening.Enabled)
        {
            yield return EvaluationItem.Picture(Denoised, Pairs(heldOut, 4, 8, blueprint.Seed, denoise: true));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        atoms_KD.Dispose();
        encoder?.Dispose();
    }

    /// <summary>The objective and the density of held-out signals' codes, and how the encoder's prediction does in their place.</summary>
    private IEnumerable<EvaluationItem> Coding(ImageDataset heldOut)
    {
        int wanted = blueprint.File.Evaluate.Examples;
        PatchOptions options = blueprint.Signals.Options;
        PatchSet signals = new(heldOut, options with { Count = wanted > 0 ? Math.Min(wanted, options.Count) : options.Count }, blueprint.Seed);
        int count = wanted > 0 ? Math.Min(wanted, signals.Count) : signals.Count;
        double objective = 0, squares = 0, used = 0, predicted = 0;
        for (int first = 0; first < count; first += Block)
        {
            int rows = Math.Min(Block, count - first);
            Add(signals, first, rows, ref objective, ref squares, ref used, ref predicted);
            yield return EvaluationItem.Progress($"{first + rows} of {count} signals");
        }

        double mean = objective / count, error = Math.Sqrt(Math.Max((squares / count) - (mean * mean), 0) / count);
        yield return EvaluationItem.Figure("signals", count);
        yield return EvaluationItem.Figure("objective", mean, "", error);
        yield return EvaluationItem.Figure("density", used / ((double)count * blueprint.Options.Atoms));
        if (encoder is not null)
        {
            yield return EvaluationItem.Figure("predictedObjective", predicted / count);
        }
    }

    private void Add(PatchSet signals, int first, int rows, ref double objective, ref double squares, ref double used, ref double predicted)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = no_grad();
        float[] values = new float[rows * signals.Features];
        signals.Gather([.. Enumerable.Range(first, rows)], values);
        Tensor x_BD = blueprint.Signals.Whiten(frombuffer(values, ScalarType.Float32).view(rows, -1).to(blueprint.Type).to(device));
        Tensor code_BK = SparseCoding.Infer(x_BD, atoms_KD, _exact);
        Tensor each_B = SparseOptimality.Objective(x_BD, atoms_KD, code_BK, _exact.Penalty).to(ScalarType.Float64);
        objective += each_B.sum().AsDouble();
        squares += (each_B * each_B).sum().AsDouble();
        used += code_BK.Ne(0).to(ScalarType.Float64).sum().AsDouble();
        if (encoder is not null)
        {
            Tensor guess_BK = blueprint.Encoder!.Predict(encoder, x_BD);
            predicted += SparseOptimality.Objective(x_BD, atoms_KD, guess_BK, _exact.Penalty).to(ScalarType.Float64).sum().AsDouble();
        }
    }

    private IEnumerable<EvaluationItem> Denoising(ImageDataset heldOut)
    {
        if (blueprint.Model.Whitening.Enabled)
        {
            yield break;
        }

        CodedImages images = new(blueprint, atoms_KD, heldOut);
        int count = Math.Min(DenoisedImages, heldOut.Count);
        double before = 0, after = 0;
        for (int image = 0; image < count; image++)
        {
            float[] clean = images.Pixels(image, 1), noisy = Noisy(clean, blueprint.Seed, image);
            before += Psnr(clean, noisy);
            after += Psnr(clean, images.Denoise(noisy, Sigma));
            yield return EvaluationItem.Progress($"{image + 1} of {count} images denoised");
        }

        yield return EvaluationItem.Figure("noisyPsnr", before / count, "dB");
        yield return EvaluationItem.Figure("denoisedPsnr", after / count, "dB");
    }

    /// <summary>A linear classifier on the codes of training images, judged on those of held-out ones.</summary>
    private IEnumerable<EvaluationItem> Classification(ImageDataset heldOut)
    {
        if (blueprint.Data.Labels is not { } trainLabels || heldOut.Labels is not { } testLabels)
        {
            yield break;
        }

        List<float> train = [], test = [];
        foreach ((ImageDataset images, List<float> into, int most) in new[] { (blueprint.Data, train, ClassifierTrain), (heldOut, test, ClassifierTest) })
        {
            CodedImages coded = new(blueprint, atoms_KD, images);
            int count = Math.Min(most, images.Count);
            for (int first = 0; first < count; first += ClassifierBlock)
            {
                int rows = Math.Min(ClassifierBlock, count - first);
                into.AddRange(coded.Features(first, rows));
                yield return EvaluationItem.Progress($"{first + rows} of {count} images coded");
            }
        }

        yield return EvaluationItem.Figure("accuracy", Accuracy([.. train], trainLabels, [.. test], testLabels));
    }

    private double Accuracy(float[] train, int[] trainLabels, float[] test, int[] testLabels)
    {
        using DisposeScope scope = NewDisposeScope();
        int classes = Math.Max(trainLabels.Max(), testLabels.Max()) + 1;
        int trainCount = Math.Min(ClassifierTrain, trainLabels.Length), testCount = Math.Min(ClassifierTest, testLabels.Length);
        Tensor train_NF = frombuffer(train, ScalarType.Float32).view(trainCount, -1), test_NF = frombuffer(test, ScalarType.Float32).view(testCount, -1);

        // Codes are small numbers: brought to size 1, so that one decay serves all dictionaries.
        Tensor scale = (train_NF * train_NF).mean().sqrt().ClampMin(1e-12);
        using SoftmaxRegression classifier = SoftmaxRegression.Fit(train_NF / scale, tensor(Wide(trainLabels, trainCount)), classes);
        return classifier.Classify(test_NF / scale).eq(tensor(Wide(testLabels, testCount))).to(ScalarType.Float64).mean().AsDouble();
    }

    private static long[] Wide(int[] labels, int count) => [.. labels.Take(count).Select(label => (long)label)];

    /// <summary>Rows in turn: images, with noise where it is to be taken away, and under them what the dictionary makes of them.</summary>
    private byte[] Pairs(ImageDataset images, int rows, int columns, ulong seed, bool denoise)
    {
        CodedImages coded = new(blueprint, atoms_KD, images);
        int pairs = Math.Max(rows / 2, 1);
        RandomStream stream = RandomStream.Named(seed, "sample", 0, 0, "images");
        float[] values = new float[2 * pairs * columns * images.Pixels];
        for (int pair = 0; pair < pairs * columns; pair++)
        {
            int index = stream.Next(images.Count), at = ((pair / columns * 2 * columns) + (pair % columns)) * images.Pixels;
            float[] image = coded.Pixels(index, 1), shown = denoise ? Noisy(image, seed, index) : image;
            shown.CopyTo(values, at);
            (denoise ? coded.Denoise(shown, Sigma) : coded.Reconstruct(shown)).CopyTo(values, at + (columns * images.Pixels));
        }

        (float low, float high) = images.IsScaled ? (0, 1) : (images.Minimum, Math.Max(images.Maximum, images.Minimum + 1e-6f));
        return Grid.ToPng(values, 2 * pairs, columns, images.Channels, images.Height, images.Width, low, high);
    }

    private static float[] Noisy(float[] clean, ulong seed, int index)
    {
        float[] noisy = new float[clean.Length];
        RandomStream.Named(seed, "held-out", index, 0, "noise").FillNormal(noisy, 0, (float)Sigma);
        for (int i = 0; i < noisy.Length; i++)
        {
            noisy[i] += clean[i];
        }

        return noisy;
    }

    /// <summary>10 log₁₀(1/mean square error), in decibels, for pixels in [0, 1].</summary>
    private static double Psnr(float[] clean, float[] other) =>
        -10 * Math.Log10(Math.Max(clean.Zip(other, (a, b) => ((double)a - b) * ((double)a - b)).Average(), 1e-20));
}
