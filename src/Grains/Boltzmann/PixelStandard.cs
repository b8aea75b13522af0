using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>
/// How images become a machine's visible values: in [0, 1] for Bernoulli units; for Gaussian ones standardized by the training
/// images' statistics, all pixels alike (for bytes <see cref="Low"/> and <see cref="High"/> say it) or each by its own.
/// </summary>
internal sealed class PixelStandard
{
    private const int Block = 1000;
    private readonly float[]? _shift;
    private readonly float[]? _scale;

    public PixelStandard(RbmModel model, Binarize binarize, ImageDataset data)
    {
        (double[] mean, double[] square) = Moments(binarize, data);
        Means = mean;
        if (model.Visible == VisibleUnits.Bernoulli || model.Standardize == Standardize.None)
        {
            return;
        }

        // Gaussian units are meant for data of mean 0 and variance 1: their weights and variances begin as if these were it.

        double all = mean.Average(), spread = square.Average() - (all * all);
        if (!(spread > 1e-12))
        {
            throw new InputException($"{data.Name}/{data.Split}: all pixels of all images are the same; data of zero variance cannot be standardized: choose other data or model.standardize: none");
        }

        double std = Math.Sqrt(spread);
        if (model.Standardize == Standardize.Global)
        {
            if (data.IsScaled)
            {
                (Low, High) = ((float)(-all / std), (float)((1 - all) / std));
                return;
            }

            (_shift, _scale) = (new float[mean.Length], new float[mean.Length]);
            Array.Fill(_shift, (float)all);
            Array.Fill(_scale, (float)(1 / std));
            return;
        }

        double[] variance = [.. mean.Zip(square, (m, s) => s - (m * m))];
        int[] constant = [.. Enumerable.Range(0, variance.Length).Where(pixel => !(variance[pixel] > 1e-12))];
        if (constant.Length > 0)
        {
            throw new InputException(
                $"{data.Name}/{data.Split}: pixel {constant[0]} (row {constant[0] / data.Width % data.Height}, column {constant[0] % data.Width}) is the same in all images, as are {constant.Length - 1} others: "
                + "its variance is zero and it cannot be standardized by itself; choose model.standardize: global");
        }

        _shift = [.. mean.Select(m => (float)m)];
        _scale = [.. variance.Select(v => (float)(1 / Math.Sqrt(v)))];
    }

    /// <summary>Mean of each pixel over the training images, binarized where the file says so; bytes count as 0 to 1.</summary>
    public double[] Means { get; }

    /// <summary>What byte 0 becomes before <see cref="Apply"/>.</summary>
    public float Low { get; }

    /// <summary>What full brightness becomes before <see cref="Apply"/>.</summary>
    public float High { get; } = 1;

    /// <summary>Mean of each visible value over the training images.</summary>
    public double[] VisibleMeans => _shift is null
        ? [.. Means.Select(mean => Low + (mean * (High - Low)))]
        : [.. Means.Select((mean, pixel) => (mean - _shift[pixel]) * _scale![pixel])];

    /// <summary>Standardizes images one after the other, in place, where <see cref="Low"/> and <see cref="High"/> have not done so.</summary>
    public void Apply(Span<float> pixels)
    {
        if (_shift is null)
        {
            return;
        }

        for (int i = 0; i < pixels.Length; i++)
        {
            int pixel = i % _shift.Length;
            pixels[i] = (pixels[i] - _shift[pixel]) * _scale![pixel];
        }
    }

    /// <summary>Back to [0, 1], in place, for pictures.</summary>
    public void Undo(Span<float> visible)
    {
        for (int i = 0; i < visible.Length; i++)
        {
            visible[i] = _shift is null
                ? (visible[i] - Low) / (High - Low)
                : (visible[i] / _scale![i % _shift.Length]) + _shift[i % _shift.Length];
        }
    }

    /// <summary>Whether <see cref="Apply"/> does anything.</summary>
    public bool Applies => _shift is not null;

    private static (double[] Mean, double[] Square) Moments(Binarize binarize, ImageDataset data)
    {
        double[] mean = new double[data.Pixels], square = new double[data.Pixels];
        float[] pixels = new float[Block * data.Pixels];
        for (int first = 0; first < data.Count; first += Block)
        {
            int count = Math.Min(Block, data.Count - first);
            Span<float> rows = pixels.AsSpan(0, count * data.Pixels);
            data.Gather([.. Enumerable.Range(first, count)], rows, 0, 1);

            // Drawn afresh, a pixel's mean is its brightness.
            Binarization.Apply(binarize == Binarize.Threshold ? binarize : Binarize.None, rows, 0, 1, () => RandomStream.Named(0, "unused", 0, 0, ""));
            for (int row = 0; row < count; row++)
            {
                for (int pixel = 0; pixel < mean.Length; pixel++)
                {
                    double value = rows[(row * mean.Length) + pixel];
                    mean[pixel] += value;
                    square[pixel] += value * value;
                }
            }
        }

        return ([.. mean.Select(sum => sum / data.Count)], [.. square.Select(sum => sum / data.Count)]);
    }
}
