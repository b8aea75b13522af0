using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Boltzmann;

/// <summary>log Z of small machines, by summing over all states of the smaller layer; the other one is summed in closed form.</summary>
public static class PartitionFunction
{
    /// <summary>Most units that are enumerated: 2^22 states take seconds.</summary>
    public const int MostUnits = 22;

    private const int BlockBits = 12;

    /// <summary>The exact log Z in nats, in float64.</summary>
    /// <exception cref="ArgumentException">Neither layer is small enough; Gaussian units cannot be enumerated, their hidden ones can.</exception>
    public static double Exact(Rbm rbm, FlatParameters parameters)
    {
        bool byVisible = !rbm.IsGaussian && rbm.Visible < rbm.Hidden;
        long units = byVisible ? rbm.Visible : rbm.Hidden;
        if (units > MostUnits)
            throw new ArgumentException($"The exact log Z takes 2^{units} states of the smaller layer; at most {MostUnits} units are enumerated. Use annealed importance sampling.", nameof(rbm));
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        int bits = (int)Math.Min(units, BlockBits);
        double total = double.NegativeInfinity;
        for (long block = 0; block < 1L << ((int)units - bits); block++)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor states = States(block << bits, 1 << bits, (int)units);
            double sum = LogTerms(rbm, parameters, states, byVisible).logsumexp(0).AsDouble();
            total = Math.Max(total, sum) + Math.Log(1 + Math.Exp(-Math.Abs(total - sum)));
        }

        return total;
    }

    /// <summary>States first, first + 1, … as rows of bits, the lowest bit first; float64.</summary>
    internal static Tensor States(long first, int count, int units)
    {
        double[] bits = new double[count * units];
        for (int row = 0; row < count; row++)
            for (int unit = 0; unit < units; unit++) bits[(row * units) + unit] = ((first + row) >> unit) & 1;
        return tensor(bits, count, units);
    }

    private static Tensor LogTerms(Rbm rbm, FlatParameters parameters, Tensor states, bool byVisible)
    {
        Tensor Wide(string name) => parameters[name].to(ScalarType.Float64).cpu();
        Tensor w_DH = Wide(Rbm.Weight), b_D = Wide(Rbm.VisibleBias), c_H = Wide(Rbm.HiddenBias);
        if (byVisible) return states.mv(b_D).Add(states.mm(w_DH).Add(c_H).Softplus().sum(1));
        Tensor onHidden = states.mv(c_H), mean_SD = states.mm(w_DH.t()).Add(b_D);
        if (!rbm.IsGaussian) return onHidden.Add(mean_SD.Softplus().sum(1));

        // ∫ exp(−(v − b)²/2σ² + v·(hWᵀ)/σ²) dv = √(2πσ²)·exp(((b + hWᵀ)² − b²)/2σ²)
        Tensor z_D = Wide(Rbm.LogVariance);
        Tensor exponent_SD = (mean_SD.Square() - b_D.Square()).Mul(0.5) * (-z_D).exp();
        return onHidden.Add(exponent_SD.sum(1)).Add(z_D.sum().Add(rbm.Visible * Math.Log(Math.Tau)).Mul(0.5));
    }
}
