using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// The signals that a dictionary is learned on: patches or whole images, normalized, and whitened where the file says so. Fitted
/// whitening is a pure function of file and data, so every actor has the same.
/// </summary>
internal sealed class DictionarySignals
{
    /// <summary>Signals that whitening is fitted to, at most: their covariance is known well enough from these.</summary>
    private const int FitSignals = 20_000;

    private readonly float[]? _mean_D;
    private readonly float[]? _whiten_DD;

    public DictionarySignals(DictionaryModel model, ImageDataset data, ulong seed)
    {
        Options = new PatchOptions
        {
            Size = model.Patch.Size,
            Margin = model.Patch.Margin,
            Count = model.Patch.Count,
            SubtractMean = model.Patch.SubtractMean,
            Normalize = model.Patch.Normalize,
        };
        try
        {
            Patches = new PatchSet(data, Options, seed);
            if (model.Whitening.Enabled)
            {
                (_mean_D, _whiten_DD, Restore_DD) = Fit(model.Whitening.Epsilon, $"data: {data.Name}/{data.Split}");
            }
        }
        catch (DatasetException problem)
        {
            throw new InputException(problem.Message);
        }
    }

    public PatchOptions Options { get; }

    public PatchSet Patches { get; }

    /// <summary>Takes whitened signals back, D × D row by row, without the mean; null where nothing is whitened.</summary>
    public float[]? Restore_DD { get; }

    /// <summary>Whitens normalized signals where the file says so.</summary>
    /// <param name="x_BD">Signals; left as they are.</param>
    /// <returns>The signals themselves where there is no whitening; else new ones, of the present dispose scope.</returns>
    public Tensor Whiten(Tensor x_BD)
    {
        if (_whiten_DD is null)
        {
            return x_BD;
        }

        using Tensor mean_D = frombuffer(_mean_D!, ScalarType.Float32), whiten = frombuffer(_whiten_DD, ScalarType.Float32);
        using Tensor whiten_DD = whiten.view(Patches.Features, Patches.Features).to(x_BD.dtype).to(x_BD.device), centred = x_BD - mean_D.to(x_BD.dtype).to(x_BD.device);
        return centred.mm(whiten_DD);
    }

    /// <summary>Takes whitened signals back, or gives others as they are; what comes out is of the present dispose scope.</summary>
    public Tensor Restore(Tensor x_BD)
    {
        if (Restore_DD is null)
        {
            return x_BD;
        }

        using Tensor mean_D = frombuffer(_mean_D!, ScalarType.Float32), restore = frombuffer(Restore_DD, ScalarType.Float32);
        using Tensor restore_DD = restore.view(Patches.Features, Patches.Features).to(x_BD.dtype).to(x_BD.device), centred = x_BD.mm(restore_DD);
        return centred.Add(mean_D.to(x_BD.dtype).to(x_BD.device));
    }

    /// <summary>Draws a signal as the coders see it: for first atoms and replacements.</summary>
    public void Draw(RandomStream stream, Span<float> signal_D)
    {
        Patches.Draw(stream, signal_D);
        if (_whiten_DD is null)
        {
            return;
        }

        float[] centred_D = new float[signal_D.Length];
        for (int d = 0; d < centred_D.Length; d++)
        {
            centred_D[d] = signal_D[d] - _mean_D![d];
        }

        for (int d = 0; d < centred_D.Length; d++)
        {
            float sum = 0;
            for (int i = 0; i < centred_D.Length; i++)
            {
                // The matrix is symmetric: its row is its column.
                sum += centred_D[i] * _whiten_DD[(d * centred_D.Length) + i];
            }

            signal_D[d] = sum;
        }
    }

    private (float[] Mean, float[] Whiten, float[] Restore) Fit(double epsilon, string name)
    {
        int count = Math.Min(Patches.Count, FitSignals);
        float[] signals = new float[count * Patches.Features];
        Patches.Gather([.. Enumerable.Range(0, count)], signals);
        using DisposeScope scope = NewDisposeScope();
        using ZcaWhitening fitted = ZcaWhitening.Fit(frombuffer(signals, ScalarType.Float32).view(count, Patches.Features), epsilon, name);
        return (fitted.Mean_1D.data<float>().ToArray(), fitted.Whiten_DD.contiguous().data<float>().ToArray(), fitted.Restore_DD.contiguous().data<float>().ToArray());
    }
}
