using Cluster.Models.Boltzmann;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Models.Tests.Boltzmann;

/// <summary>Small machines whose states can all be counted.</summary>
internal static class Machines
{
    internal static (Rbm Rbm, FlatParameters Parameters) Make(
        VisibleKind kind = VisibleKind.Bernoulli, int visible = 5, int hidden = 4, ScalarType type = ScalarType.Float64, double scale = 1, ulong seed = 3)
    {
        Rbm rbm = new(new RbmOptions { Hidden = hidden, Visible = kind }, visible);
        FlatParameters parameters = new(rbm.Layout, CPU, type);
        RandomStream.Named(seed, "test", 0, 0, "parameters").FillNormal(parameters.Values, 0, scale);
        if (kind == VisibleKind.Gaussian)
        {
            using IDisposable guard = no_grad();
            parameters[Rbm.LogVariance].mul_(0.4);
            parameters[Rbm.Weight].mul_(0.5);
        }

        return (rbm, parameters);
    }

    /// <summary>All states of the visible units, shape (2^D, D).</summary>
    internal static Tensor AllVisible(Rbm rbm, ScalarType type = ScalarType.Float64)
    {
        using Tensor states = PartitionFunctionStates((int)rbm.Visible);
        return states.to(type, copy: true);
    }

    /// <summary>p(v) of every state, from energies summed over every hidden state: no free energy involved.</summary>
    internal static double[] Distribution(Rbm rbm, FlatParameters parameters, double beta = 1)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        Tensor v = AllVisible(rbm, parameters.Values.dtype), h = PartitionFunctionStates((int)rbm.Hidden).to(parameters.Values.dtype);
        double[] weights = new double[v.shape[0]];
        for (long state = 0; state < h.shape[0]; state++)
        {
            double[] energies = [.. rbm.Energy(parameters, v, h.narrow(0, state, 1).expand(v.shape[0], rbm.Hidden)).detach().to(ScalarType.Float64).data<double>()];
            for (int i = 0; i < weights.Length; i++) weights[i] += Math.Exp(-beta * energies[i]);
        }

        double z = weights.Sum();
        return [.. weights.Select(weight => weight / z)];
    }

    private static Tensor PartitionFunctionStates(int units)
    {
        double[] bits = new double[(1 << units) * units];
        for (int row = 0; row < 1 << units; row++)
            for (int unit = 0; unit < units; unit++) bits[(row * units) + unit] = (row >> unit) & 1;
        return tensor(bits, 1 << units, units);
    }
}
