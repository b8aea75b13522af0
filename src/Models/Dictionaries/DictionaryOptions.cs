namespace Cluster.Models.Dictionaries;

/// <summary>How atoms move to where A and B want them.</summary>
public enum DictionaryUpdate
{
    /// <summary>Each atom in turn takes its best place with the others held (Mairal et al. 2009, Algorithm 2).</summary>
    BlockCoordinate,

    /// <summary>All atoms take a gradient step at once, each with a length of its own, and are projected back.</summary>
    ProjectedGradient,
}

/// <summary>What shapes online dictionary learning; the size of a signal comes from the data.</summary>
public sealed record DictionaryOptions
{
    /// <summary>K, atoms of the dictionary, at least 1.</summary>
    public int Atoms { get; init; } = 128;

    /// <summary>How signals are coded while learning.</summary>
    public SparseCodingOptions Coding { get; init; } = new() { Tolerance = 1e-2 };

    /// <summary>How the dictionary follows the statistics.</summary>
    public DictionaryUpdate Update { get; init; } = DictionaryUpdate.BlockCoordinate;

    /// <summary>Rounds over all atoms in each update, at least 1. One is enough: the next update starts from here (section 3.3).</summary>
    public int Passes { get; init; } = 1;

    /// <summary>Whether atoms must not be negative: with non-negative codes, a sparse non-negative matrix factorization.</summary>
    public bool NonNegativeAtoms { get; init; }

    /// <summary>The weight of the past.</summary>
    public ForgettingSchedule Forgetting { get; init; } = new();

    /// <summary>Updates that an atom may pass unused before a training signal takes its place; 0: for ever.</summary>
    public int ReplaceAfter { get; init; } = 10;

    /// <summary>Checks all values.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is out of its range.</exception>
    public void Validate()
    {
        Coding.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(Atoms, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Passes, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(ReplaceAfter);
        if (!(double.IsFinite(Forgetting.Exponent) && Forgetting.Exponent >= 0))
        {
            throw new ArgumentOutOfRangeException(nameof(Forgetting), Forgetting.Exponent, "the exponent of forgetting must be a finite number, at least 0");
        }
    }

    /// <summary>The atoms of one shard among several: contiguous blocks, as equal as can be, none empty.</summary>
    /// <param name="shard">Which, from 0.</param>
    /// <param name="shards">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are more shards than atoms.</exception>
    public AtomBlock Block(int shard, int shards)
    {
        if (shards < 1 || shards > Atoms)
        {
            throw new ArgumentOutOfRangeException(nameof(shards), shards, $"{Atoms} atoms can be divided among 1 to {Atoms} shards");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(shard);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(shard, shards);
        int first = (int)((long)Atoms * shard / shards);
        return new AtomBlock(first, (int)((long)Atoms * (shard + 1) / shards) - first);
    }
}

/// <summary>The atoms that one shard owns.</summary>
/// <param name="First">Index of its first atom.</param>
/// <param name="Count">How many, at least 1.</param>
public readonly record struct AtomBlock(int First, int Count);
