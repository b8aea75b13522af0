using Cluster.Models.Dictionaries;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests.Dictionaries;

/// <summary>Random dictionaries and signals from named streams.</summary>
internal static class Signals
{
    /// <summary>Normal numbers.</summary>
    internal static Tensor Normal(string purpose, int rows, int columns, ScalarType type = ScalarType.Float64)
    {
        float[] values = new float[rows * columns];
        RandomStream.Named(7, "test", 0, 0, purpose).FillNormal(values);
        using Tensor made = tensor(values, rows, columns);
        return made.to(type, copy: true);
    }

    /// <summary>Rows of norm 1.</summary>
    internal static Tensor Unit(string purpose, int rows, int columns, ScalarType type = ScalarType.Float64)
    {
        using Tensor wide = Normal(purpose, rows, columns);
        using Tensor norm = linalg.vector_norm(wide, 2, [1], keepdim: true);
        using Tensor unit = wide / norm;
        return unit.to(type, copy: true);
    }

    /// <summary>Signals of a few atoms each, with coefficients of size 0.5 to 1.5, and a little noise.</summary>
    internal static Tensor Planted(Tensor atoms_KD, int count, int active, double noise, string purpose, bool nonNegative = false)
    {
        RandomStream stream = RandomStream.Named(7, "test", 0, 0, purpose);
        int atoms = (int)atoms_KD.shape[0], features = (int)atoms_KD.shape[1];
        double[] codes = new double[count * atoms];
        for (int row = 0; row < count; row++)
        {
            for (int i = 0; i < active; i++)
            {
                double size = 0.5 + (stream.Next(1000) / 1000.0);
                codes[(row * atoms) + stream.Next(atoms)] = nonNegative || stream.Next(2) == 0 ? size : -size;
            }
        }

        using Tensor code_NK = tensor(codes, count, atoms);
        using Tensor clean_ND = code_NK.mm(atoms_KD.to(ScalarType.Float64));
        using Tensor noise_ND = Normal(purpose + "/noise", count, features);
        using Tensor signal_ND = clean_ND + (noise * noise_ND);
        return signal_ND.to(atoms_KD.dtype, copy: true);
    }

    /// <summary>Draws rows of a tensor of signals.</summary>
    internal static SignalDraw From(Tensor x_ND)
    {
        using Tensor near = x_ND.to(ScalarType.Float32);
        float[] values = near.data<float>().ToArray();
        (int count, int features) = ((int)x_ND.shape[0], (int)x_ND.shape[1]);
        return (stream, signal_D) => values.AsSpan(stream.Next(count) * features, features).CopyTo(signal_D);
    }

    internal static double Largest(Tensor a, Tensor b)
    {
        using Tensor difference = (a - b).abs();
        return difference.max().to(ScalarType.Float64).ToDouble();
    }
}
