// Denoising of a binary image with an Ising prior.
//
// Bishop: "Pattern Recognition and Machine Learning", 2006, section 8.3.3: E(x, y) = h Σ xᵢ − β Σ xᵢxⱼ − η Σ xᵢyᵢ over
// neighbouring pixels, with h = 0, β = 1.0, η = 2.1 for 10% flipped pixels. Iterated conditional modes: Besag 1986;
// Gibbs sampling: Geman and Geman 1984.
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Boltzmann;

/// <summary>
/// Restores images of ±1 pixels. Pixels of one colour of the chessboard have no neighbours among themselves, so that half an
/// image moves at once.
/// </summary>
/// <param name="Bias">h: above 0 it favours −1.</param>
/// <param name="Coupling">β ≥ 0: how much neighbours want to agree.</param>
/// <param name="Fidelity">η ≥ 0: how much a pixel wants to agree with what was observed.</param>
public sealed record IsingDenoiser(double Bias = 0, double Coupling = 1.0, double Fidelity = 2.1)
{
    /// <summary>E(x, y), shape (B).</summary>
    /// <param name="x_BYX">Images of ±1, shape (B, height, width).</param>
    /// <param name="observed_BYX">What was seen, same shape.</param>
    public Tensor Energy(Tensor x_BYX, Tensor observed_BYX)
    {
        Check(x_BYX, nameof(x_BYX));
        Check(observed_BYX, nameof(observed_BYX));
        using DisposeScope scope = NewDisposeScope();
        Tensor energy = x_BYX.sum([1, 2]).Mul(Bias) - (x_BYX * Neighbours(x_BYX)).sum([1, 2]).Mul(0.5 * Coupling) - (x_BYX * observed_BYX).sum([1, 2]).Mul(Fidelity);
        return energy.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Iterated conditional modes from the observed image: every pixel takes its likelier value given the others, until none
    /// moves. The energy never rises.
    /// </summary>
    /// <param name="observed_BYX">Images of ±1, shape (B, height, width).</param>
    /// <param name="mostSweeps">Sweeps at most, at least 1.</param>
    /// <returns>Same shape; the caller owns it.</returns>
    public Tensor Modes(Tensor observed_BYX, int mostSweeps = 100)
    {
        Check(observed_BYX, nameof(observed_BYX));
        ArgumentOutOfRangeException.ThrowIfLessThan(mostSweeps, 1);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        Tensor x = observed_BYX.clone();
        Tensor[] boards = Boards(observed_BYX);
        for (int sweep = 0; sweep < mostSweeps; sweep++)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor before = x.clone();
            foreach (Tensor board in boards)
            {
                Tensor field = Field(x, observed_BYX);
                Tensor best = where(field.Eq(0), x, field.sign());
                x.copy_(where(board, best, x));
            }

            if (x.eq(before).all().item<bool>()) break;
        }

        return x.MoveToOuterDisposeScope();
    }

    /// <summary>Gibbs sampling: the marginal means E[xᵢ | y]; their signs are the most probable value of each pixel on its own.</summary>
    /// <param name="observed_BYX">Images of ±1, shape (B, height, width).</param>
    /// <param name="burnIn">Sweeps that are left out, at least 0.</param>
    /// <param name="sweeps">Sweeps that are averaged, at least 1.</param>
    /// <param name="stream">Random numbers.</param>
    /// <returns>Same shape, values in [−1, 1]; the caller owns it.</returns>
    public Tensor Means(Tensor observed_BYX, int burnIn, int sweeps, RandomStream stream)
    {
        Check(observed_BYX, nameof(observed_BYX));
        ArgumentOutOfRangeException.ThrowIfNegative(burnIn);
        ArgumentOutOfRangeException.ThrowIfLessThan(sweeps, 1);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        Tensor x = observed_BYX.clone(), sum = zeros_like(x), u = empty_like(x);
        Tensor[] boards = Boards(observed_BYX);
        for (int sweep = 0; sweep < burnIn + sweeps; sweep++)
        {
            using DisposeScope inner = NewDisposeScope();
            foreach (Tensor board in boards)
            {
                // P(x = 1 | others) = σ(2·field); its mean tanh(field) is averaged in place of the sample: less noise.
                Tensor field = Field(x, observed_BYX);
                stream.FillUniform(u);
                x.copy_(where(board, u.lt(field.Mul(2).sigmoid()).to(x.dtype).Mul(2).Sub(1), x));
                if (sweep >= burnIn) sum.Add_(where(board, field.tanh(), zeros_like(x)));
            }
        }

        return sum.Div(sweeps).MoveToOuterDisposeScope();
    }

    private Tensor Field(Tensor x, Tensor observed) => Neighbours(x).Mul(Coupling).Add(observed.Mul(Fidelity)).Sub(Bias);

    private static Tensor Neighbours(Tensor x)
    {
        long rows = x.shape[1], columns = x.shape[2];
        Tensor sum = zeros_like(x);
        if (rows > 1)
        {
            sum.narrow(1, 0, rows - 1).Add_(x.narrow(1, 1, rows - 1));
            sum.narrow(1, 1, rows - 1).Add_(x.narrow(1, 0, rows - 1));
        }

        if (columns > 1)
        {
            sum.narrow(2, 0, columns - 1).Add_(x.narrow(2, 1, columns - 1));
            sum.narrow(2, 1, columns - 1).Add_(x.narrow(2, 0, columns - 1));
        }

        return sum;
    }

    private static Tensor[] Boards(Tensor x)
    {
        Tensor row = TensorArithmetic.Arange(0, x.shape[1], ScalarType.Int64, x.device).unsqueeze(1), column = TensorArithmetic.Arange(0, x.shape[2], ScalarType.Int64, x.device);
        Tensor odd = row.Add(column).Remainder(2).Ne(0).expand(x.shape);
        return [odd.logical_not(), odd];
    }

    private void Check(Tensor x, string name)
    {
        if (!(Coupling >= 0) || !(Fidelity >= 0))
            throw new ArgumentException($"Coupling {Coupling} and fidelity {Fidelity} must be at least 0.");
        if (x.dim() != 3) throw new ArgumentException($"Images of shape [{string.Join(", ", x.shape)}] are not [batch, height, width].", name);
        using Tensor size = x.abs();
        using Tensor one = size.Eq(1);
        using Tensor all = one.all();
        if (!all.item<bool>()) throw new ArgumentException("An Ising image has pixels −1 and +1 only; binarize it and map 0 to −1.", name);
    }
}
