// Online dictionary learning.
//
// Mairal, Bach, Ponce, Sapiro: "Online Dictionary Learning for Sparse Coding", ICML 2009. Signals come in minibatches; each is
// coded with the present dictionary (minimize ½‖x − hD‖² + α‖h‖₁), the codes are summed into A = Σ hᵀh and B = Σ hᵀx, and the
// dictionary moves to where the surrogate ½·tr(DᵀAD) − tr(BᵀD) is smaller (Algorithm 2), atoms within the unit ball. Signals are
// rows and atoms are rows of D, as in scikit-learn; the paper has columns.
//
// Hyperparameters of the paper's experiments (section 5.1): patches of 8x8 grey values less their mean, of norm 1, K = 256
// atoms, α = 1.2/√m with m = 64, so 0.15. examples/dictionary-mnist.yaml keeps patch and α, with 128 atoms and minibatches of 256.
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Dictionaries;

/// <summary>What one update saw.</summary>
/// <param name="Objective">½‖x − hD‖² + α‖h‖₁ with the dictionary before the update, mean over the minibatch.</param>
/// <param name="Density">Share of the codes' elements that are not 0.</param>
/// <param name="AtomUse">Share of the atoms that some signal of the minibatch used.</param>
/// <param name="Replaced">Atoms that were unused for too long and are training signals now.</param>
public readonly record struct DictionaryReport(double Objective, double Density, double AtomUse, int Replaced);

/// <summary>
/// The whole algorithm in one place, with one coder and one block of all atoms: what the actors do among several, and what
/// they are compared with.
/// </summary>
public sealed class OnlineDictionary : IDisposable
{
    private readonly DictionaryOptions _options;
    private readonly DictionaryBlock _block;

    /// <summary>A dictionary of training signals.</summary>
    /// <param name="options">What shapes it.</param>
    /// <param name="features">D, elements of a signal.</param>
    /// <param name="type">Float32 or float64.</param>
    /// <param name="seed">Names the streams of first atoms and replacements.</param>
    /// <param name="draw">Draws training signals for both.</param>
    public OnlineDictionary(DictionaryOptions options, int features, ScalarType type, ulong seed, SignalDraw draw)
    {
        _options = options;
        _block = new DictionaryBlock(options, options.Block(0, 1), features, type, seed, draw);
        Atoms_KD = DictionaryBlock.FirstAtoms(options, features, type, seed, draw).DetachFromDisposeScope();
    }

    /// <summary>The dictionary, shape (K, D).</summary>
    public Tensor Atoms_KD { get; }

    /// <summary>A and B.</summary>
    public DictionaryBlock Block => _block;

    /// <summary>Updates made.</summary>
    public long Updates { get; private set; }

    /// <summary>Codes a minibatch, adds it to A and B, and moves the dictionary.</summary>
    /// <param name="x_BD">The signals.</param>
    public DictionaryReport Step(Tensor x_BD)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = no_grad();
        Tensor code_BK = SparseCoding.Infer(x_BD, Atoms_KD, _options.Coding);
        double objective = SparseOptimality.Objective(x_BD, Atoms_KD, code_BK, _options.Coding.Penalty).mean().AsDouble();
        using CodeStatistics statistics = CodeStatistics.Of(x_BD, code_BK);
        _block.Absorb(_options.Forgetting.Factor(Updates, x_BD.shape[0]), [statistics.Increment_KE], [statistics.Uses_K]);
        int replaced = _block.Replace(Updates, Atoms_KD);
        for (int pass = 0; pass < _options.Passes; pass++)
        {
            _block.Descend(Atoms_KD, Atoms_KD.clone());
        }

        Updates++;
        double uses = statistics.Uses_K.sum().AsDouble();
        return new DictionaryReport(
            objective, uses / code_BK.NumberOfElements, statistics.Uses_K.Gt(0).sum().AsDouble() / _options.Atoms, replaced);
    }

    /// <summary>Frees dictionary and statistics.</summary>
    public void Dispose()
    {
        _block.Dispose();
        Atoms_KD.Dispose();
    }
}
