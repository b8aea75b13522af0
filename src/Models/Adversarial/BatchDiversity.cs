using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Adversarial;

/// <summary>How different the rows of a minibatch are, and which classes they look like. Reads only.</summary>
public static class BatchDiversity
{
    /// <summary>
    /// The mean of ‖x − x'‖² over all pairs of different rows. With the rows' mean m it is 2/(B − 1) · Σ ‖x − m‖², which needs no pairs.
    /// </summary>
    /// <param name="x_BD">Shape (B, D), B at least 2; 0 for fewer.</param>
    public static double MeanSquaredDistance(Tensor x_BD)
    {
        if (x_BD.shape[0] < 2)
        {
            return 0;
        }

        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        Tensor centred_BD = x_BD - x_BD.mean([0], keepdim: true);
        return 2 * centred_BD.Square().sum().AsDouble() / (x_BD.shape[0] - 1);
    }

    /// <summary>The class of the nearest class mean for each row.</summary>
    /// <param name="x_BD">Rows to judge, shape (B, D).</param>
    /// <param name="real_ND">Rows whose classes are known, shape (N, D).</param>
    /// <param name="labels">Their classes, each from 0 to <paramref name="classes"/> − 1.</param>
    /// <param name="classes">K.</param>
    /// <returns>B classes, of those that some real row has.</returns>
    public static int[] NearestClass(Tensor x_BD, Tensor real_ND, ReadOnlySpan<int> labels, int classes)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        float[] share = new float[classes * labels.Length];
        int[] counts = new int[classes];
        foreach (int label in labels)
        {
            counts[label]++;
        }

        for (int row = 0; row < labels.Length; row++)
        {
            share[(labels[row] * labels.Length) + row] = 1f / counts[labels[row]];
        }

        Tensor mean_KD = tensor(share, classes, labels.Length).to(real_ND.dtype).to(real_ND.device).mm(real_ND);

        // ‖x − m‖² = ‖x‖² − 2 x·m + ‖m‖², of which the first term is the same for all classes.
        Tensor distance_BK = mean_KD.Square().sum(1) - x_BD.mm(mean_KD.t()).Mul(2);
        float[] distance = distance_BK.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
        int[] nearest = new int[x_BD.shape[0]];
        for (int row = 0; row < nearest.Length; row++)
        {
            int best = -1;
            for (int k = 0; k < classes; k++)
            {
                if (counts[k] > 0 && (best < 0 || distance[(row * classes) + k] < distance[(row * classes) + best]))
                {
                    best = k;
                }
            }

            nearest[row] = best;
        }

        return nearest;
    }
}
