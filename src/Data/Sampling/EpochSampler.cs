using Cluster.Numerics;

namespace Cluster.Data;

/// <summary>
/// Which images a replica sees at a step. Every epoch is a fresh permutation of all images, drawn from the stream
/// (seed, "data", epoch); each step takes the next batch × replicas of it, and replica r the r-th slice of those. So all replicas
/// together see what one replica with their joint batch sees, and an epoch shows no image twice. What is left at the end of an epoch
/// and fills no whole step is left out of that epoch.
/// <para>Any step may be asked for in any order. Not for use by several threads at once.</para>
/// </summary>
public sealed class EpochSampler
{
    private readonly int _batch;
    private readonly int _replica;
    private readonly int _replicas;
    private readonly ulong _seed;
    private readonly int[] _permutation;
    private long _permutationOf = -1;

    /// <param name="count">Images in the data set.</param>
    /// <param name="batch">Images per replica and step.</param>
    /// <param name="replica">This replica's logical index.</param>
    /// <param name="replicas">Number of replicas.</param>
    /// <param name="seed">The run's seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the replica is not one of the replicas.</exception>
    /// <exception cref="DatasetException">One step needs more images than there are.</exception>
    public EpochSampler(int count, int batch, int replica, int replicas, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(replica);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(replica, replicas);
        long perStep = (long)batch * replicas;
        if (perStep > count)
            throw new DatasetException($"batch {batch} × replicas {replicas} needs {perStep} images a step, but there are {count}: choose a smaller batch or fewer replicas");
        (_batch, _replica, _replicas, _seed) = (batch, replica, replicas, seed);
        _permutation = new int[count];
        StepsPerEpoch = (int)(count / perStep);
    }

    /// <summary>Whole steps in an epoch.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>The epoch, from 0, that a step belongs to.</summary>
    public long Epoch(long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        return step / StepsPerEpoch;
    }

    /// <summary>Writes the indices of this replica's images at a step, from 0.</summary>
    /// <param name="step">Step of the run.</param>
    /// <param name="into">As many places as the batch.</param>
    /// <exception cref="ArgumentException">The span has another length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The step is negative.</exception>
    public void Indices(long step, Span<int> into)
    {
        if (into.Length != _batch) throw new ArgumentException($"A batch of {_batch} needs {_batch} places, not {into.Length}.", nameof(into));
        long epoch = Epoch(step);
        if (epoch != _permutationOf)
        {
            // One array for all epochs: a new one for each would be garbage among the large objects, which are seldom collected.
            _permutationOf = -1;
            RandomStream.Named(_seed, "data", 0, epoch, "permutation").Permutation(_permutation);
            _permutationOf = epoch;
        }

        int first = ((int)(step % StepsPerEpoch) * _replicas + _replica) * _batch;
        _permutation.AsSpan(first, _batch).CopyTo(into);
    }
}
