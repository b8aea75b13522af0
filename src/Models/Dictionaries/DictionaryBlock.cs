using System.Numerics;
using System.Runtime.InteropServices;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Dictionaries;

/// <summary>Draws one training signal: the stream alone decides which.</summary>
/// <param name="stream">A stream at position 0.</param>
/// <param name="signal_D">Takes the signal.</param>
public delegate void SignalDraw(RandomStream stream, Span<float> signal_D);

/// <summary>
/// A block of atoms with its rows of the sufficient statistics A and B. Several blocks that together hold all atoms, moved one
/// after the other, give the same dictionary as one block that holds them all, to the bit. The arithmetic runs in memory: a
/// dictionary on another device is carried over and back.
/// </summary>
public sealed class DictionaryBlock : IDisposable
{
    /// <summary>The role whose streams choose first atoms and replacements.</summary>
    public const string Role = "dictionary";

    private const int Draws = 100;
    private readonly DictionaryOptions _options;
    private readonly ulong _seed;
    private readonly SignalDraw _draw;
    private readonly int _features;

    /// <summary>A block with no statistics yet.</summary>
    /// <param name="options">The whole dictionary's.</param>
    /// <param name="block">Which atoms.</param>
    /// <param name="features">D, elements of a signal.</param>
    /// <param name="type">Float32 or float64.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="draw">Where replacements come from.</param>
    public DictionaryBlock(DictionaryOptions options, AtomBlock block, int features, ScalarType type, ulong seed, SignalDraw draw)
    {
        options.Validate();
        _options = options;
        Atoms = block;
        _features = features;
        _seed = seed;
        _draw = draw;
        Statistics_SE = zeros(block.Count, options.Atoms + features, type).DetachFromDisposeScope();
        Idle_K = zeros(options.Atoms, ScalarType.Int64).DetachFromDisposeScope();
    }

    /// <summary>Which atoms the block owns.</summary>
    public AtomBlock Atoms { get; }

    /// <summary>Rows [A | B] of the block's atoms, shape (S, K + D), in memory: state of a checkpoint.</summary>
    public Tensor Statistics_SE { get; }

    /// <summary>Updates since each atom of the whole dictionary was last used, shape (K), int64: state of a checkpoint.</summary>
    public Tensor Idle_K { get; }

    /// <summary>
    /// First atoms: training signals of norm 1, atom k from the stream (seed, "dictionary", k, 0, "init"), so that any division
    /// among shards gives the same.
    /// </summary>
    /// <returns>Shape (K, D), in memory; the caller owns it.</returns>
    public static Tensor FirstAtoms(DictionaryOptions options, int features, ScalarType type, ulong seed, SignalDraw draw)
    {
        options.Validate();
        float[] atoms_KD = new float[options.Atoms * features];
        for (int k = 0; k < options.Atoms; k++)
        {
            DrawAtom(RandomStream.Named(seed, Role, k, 0, "init"), atoms_KD.AsSpan(k * features, features), draw, options.NonNegativeAtoms);
        }

        using Tensor made = tensor(atoms_KD, options.Atoms, features);
        return made.to(type, copy: true);
    }

    /// <summary>A = βA + Σ increments, B likewise, in the order of the coders (Mairal et al. 2009, Algorithm 1 and section 3.4).</summary>
    /// <param name="factor">β.</param>
    /// <param name="increments_SE">Each coder's <see cref="CodeStatistics.Increment_KE"/>, the block's rows.</param>
    /// <param name="uses_K">Each coder's <see cref="CodeStatistics.Uses_K"/>, all atoms.</param>
    public void Absorb(double factor, IReadOnlyList<Tensor> increments_SE, IReadOnlyList<Tensor> uses_K)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = no_grad();
        if (factor != 1)
        {
            Statistics_SE.Mul_(factor);
        }

        foreach (Tensor increment_SE in increments_SE)
        {
            Statistics_SE.Add_(increment_SE.cpu());
        }

        Tensor used_K = zeros(_options.Atoms, ScalarType.Bool);
        foreach (Tensor uses in uses_K)
        {
            used_K = used_K.logical_or(uses.cpu().Ne(0));
        }

        Idle_K.Add_(1);
        Idle_K.MaskedFill_(used_K, 0);
    }

    /// <summary>
    /// Puts training signals in the place of atoms that no signal has used for too long, and forgets their statistics; every
    /// block clears its columns of them, and its own rows.
    /// </summary>
    /// <param name="update">The update, from 0: it names the streams.</param>
    /// <param name="atoms_KD">The dictionary; replaced atoms of this block change.</param>
    /// <returns>Atoms of this block that were replaced.</returns>
    public int Replace(long update, Tensor atoms_KD)
    {
        if (_options.ReplaceAfter == 0)
        {
            return 0;
        }

        int replaced = 0;
        for (int k = 0; k < _options.Atoms; k++)
        {
            if (Idle_K.AsLongs()[k] < _options.ReplaceAfter)
            {
                continue;
            }

            using DisposeScope scope = NewDisposeScope();
            using IDisposable mode = no_grad();
            Idle_K.AsLongs()[k] = 0;
            Statistics_SE.narrow(1, k, 1).zero_();
            int row = k - Atoms.First;
            if (row >= 0 && row < Atoms.Count)
            {
                Statistics_SE.narrow(0, row, 1).zero_();
                float[] signal_D = new float[_features];
                DrawAtom(RandomStream.Named(_seed, Role, k, update, "replacement"), signal_D, _draw, _options.NonNegativeAtoms);
                atoms_KD.narrow(0, k, 1).copy_(tensor(signal_D, 1, _features));
                replaced++;
            }
        }

        return replaced;
    }

    /// <summary>Moves the block's atoms once, with those of other blocks where they are.</summary>
    /// <param name="atoms_KD">The whole dictionary. Block coordinate descent reads and writes it in place.</param>
    /// <param name="before_KD">The dictionary before any block moved, from which all blocks take a gradient step; the other method ignores it.</param>
    public void Descend(Tensor atoms_KD, Tensor before_KD)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = no_grad();
        Tensor near_KD = atoms_KD.cpu().contiguous(), old_KD = before_KD.cpu().contiguous();
        if (near_KD.dtype == ScalarType.Float32)
        {
            Move<float>(near_KD, old_KD);
        }
        else
        {
            Move<double>(near_KD, old_KD);
        }

        if (atoms_KD.device_type != DeviceType.CPU || !atoms_KD.is_contiguous())
        {
            atoms_KD.narrow(0, Atoms.First, Atoms.Count).copy_(near_KD.narrow(0, Atoms.First, Atoms.Count));
        }
    }

    /// <summary>½·tr(DᵀAD) − tr(BᵀD) over the block's rows: what <see cref="Descend"/> makes smaller.</summary>
    public double Surrogate(Tensor atoms_KD)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor near_KD = atoms_KD.cpu();
        Tensor a_SK = Statistics_SE.narrow(1, 0, _options.Atoms), b_SD = Statistics_SE.narrow(1, _options.Atoms, _features);
        Tensor own_SD = near_KD.narrow(0, Atoms.First, Atoms.Count);
        return (a_SK.mm(near_KD).Mul(0.5) - b_SD).mul(own_SD).sum().AsDouble();
    }

    /// <summary>Frees the statistics.</summary>
    public void Dispose()
    {
        Statistics_SE.Dispose();
        Idle_K.Dispose();
    }

    /// <summary>A signal of norm 1; one without any contrast would be no atom, so another is drawn.</summary>
    private static void DrawAtom(RandomStream stream, Span<float> atom_D, SignalDraw draw, bool nonNegative)
    {
        for (int i = 0; i < Draws; i++)
        {
            draw(stream, atom_D);
            double square = 0;
            foreach (ref float value in atom_D)
            {
                value = nonNegative ? Math.Max(value, 0) : value;
                square += (double)value * value;
            }

            if (square > 1e-6)
            {
                float scale = (float)(1 / Math.Sqrt(square));
                foreach (ref float value in atom_D)
                {
                    value *= scale;
                }

                return;
            }
        }

        // Data of nothing but blanks: any direction is as good.
        stream.FillNormal(atom_D);
        float norm = 0;
        foreach (ref float value in atom_D)
        {
            value = nonNegative ? Math.Abs(value) : value;
            norm += value * value;
        }

        foreach (ref float value in atom_D)
        {
            value /= MathF.Sqrt(norm);
        }
    }

    private void Move<T>(Tensor atoms_KD, Tensor before_KD)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<T> statistics = MemoryMarshal.Cast<byte, T>(Statistics_SE.AsBytes());
        Span<T> atoms = MemoryMarshal.Cast<byte, T>(atoms_KD.AsBytes());
        if (_options.Update == DictionaryUpdate.BlockCoordinate)
        {
            AtomDescent.BlockCoordinate(statistics, atoms, _features, Atoms, _options.NonNegativeAtoms);
        }
        else
        {
            AtomDescent.ProjectedGradient(statistics, MemoryMarshal.Cast<byte, T>(before_KD.AsBytes()), atoms, _features, Atoms, _options.NonNegativeAtoms);
        }
    }
}
