using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Cluster.Numerics;

/// <summary>
/// A stream of random numbers named by (run seed, role, index, step, purpose). The name alone decides the numbers; nobody's drawing
/// changes what another stream yields. Key, upper counter and <see cref="DerivedSeed"/> are SHA-256 of the name; the lower counter is
/// the position.
/// <para>Each 32-bit word of the stream has a position, and a float drawn at a position is a pure function of name and position:
/// filling 1,000 numbers at once or in any pieces, with <see cref="FillUniform(Span{float})"/> or
/// <see cref="FillNormal(Span{float},float,float)"/>, gives the same bits, on every processor. A double in [0, 1) takes two positions,
/// <see cref="NextUInt32"/> one, <see cref="Next"/> one or, rarely, more.</para>
/// Not for use by several threads at once.
/// </summary>
public sealed class RandomStream
{
    private readonly ulong key;
    private readonly ulong upper;
    private readonly uint[] words = new uint[Philox.ChunkWords];
    private long wordsOf = -1;

    /// <summary>Chunks that a thread takes at a time.</summary>
    private const int ChunksAtATime = 64;

    private RandomStream(RandomStream from) => (key, upper, DerivedSeed) = (from.key, from.upper, from.DerivedSeed);

    private RandomStream(ReadOnlySpan<byte> digest)
    {
        key = BinaryPrimitives.ReadUInt64LittleEndian(digest);
        upper = BinaryPrimitives.ReadUInt64LittleEndian(digest[8..]);
        DerivedSeed = BinaryPrimitives.ReadUInt64LittleEndian(digest[16..]);
    }

    /// <summary>The position of the next word to be drawn: words taken so far, unless it was set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public long Position
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    }

    /// <summary>A seed for <c>torch.Generator</c> on devices whose numbers do not come from here; independent of the position.</summary>
    public ulong DerivedSeed { get; }

    /// <summary>The stream of that name, at position 0.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="role">Whose numbers they are, as "generator".</param>
    /// <param name="index">Logical index within the role; never the number of a process or machine.</param>
    /// <param name="step">Step of the run.</param>
    /// <param name="purpose">What they are for, as "latent" or "init/hidden.weight".</param>
    public static RandomStream Named(ulong seed, string role, int index, long step, string purpose)
    {
        ArgumentNullException.ThrowIfNull(role);
        ArgumentNullException.ThrowIfNull(purpose);
        int roleBytes = Encoding.UTF8.GetByteCount(role), purposeBytes = Encoding.UTF8.GetByteCount(purpose);

        // Fixed-width numbers and a length before the first text: no two names share an encoding.
        var length = 24 + roleBytes + purposeBytes;
        var name = length <= 512 ? stackalloc byte[length] : new byte[length];
        BinaryPrimitives.WriteUInt64LittleEndian(name, seed);
        BinaryPrimitives.WriteInt64LittleEndian(name[8..], step);
        BinaryPrimitives.WriteInt32LittleEndian(name[16..], index);
        BinaryPrimitives.WriteInt32LittleEndian(name[20..], roleBytes);
        Encoding.UTF8.GetBytes(role, name[24..]);
        Encoding.UTF8.GetBytes(purpose, name[(24 + roleBytes)..]);

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(name, digest);
        return new RandomStream(digest);
    }

    /// <summary>The same stream somewhere else, for use beside this one by another thread.</summary>
    /// <param name="position">Where it begins.</param>
    /// <exception cref="ArgumentOutOfRangeException">The position is negative.</exception>
    public RandomStream At(long position) => new(this) { Position = position };

    /// <summary>Uniform numbers in [0, 1), multiples of 2⁻²⁴.</summary>
    public void FillUniform(Span<float> into) => Fill(into, new UniformTransform(0, 1));

    /// <summary>Uniform numbers in [low, high); low itself where both are equal.</summary>
    /// <exception cref="ArgumentException">A bound is not finite, or low is above high.</exception>
    public void FillUniform(Span<float> into, float low, float high)
    {
        if (!(float.IsFinite(low) && float.IsFinite(high) && low <= high))
            throw new ArgumentException($"Uniform numbers cannot lie between {low} and {high}: both must be finite, and low at most high.");
        Fill(into, new UniformTransform(low, high));
    }

    /// <summary>Normal numbers, by Box and Muller.</summary>
    /// <exception cref="ArgumentException">The mean is not finite, or the standard deviation is negative or not finite.</exception>
    public void FillNormal(Span<float> into, float mean = 0, float std = 1)
    {
        if (!(float.IsFinite(mean) && float.IsFinite(std) && std >= 0))
            throw new ArgumentException($"Normal numbers cannot have mean {mean} and standard deviation {std}: both must be finite, the latter at least 0.");
        Fill(into, new NormalTransform(mean, std));
    }

    /// <summary>Uniform numbers in [0, 1), multiples of 2⁻⁵³, two positions each.</summary>
    public void FillUniform(Span<double> into)
    {
        foreach (ref var value in into)
        {
            var bits = ((ulong)NextUInt32() << 21) | (NextUInt32() >> 11);
            value = bits * (1.0 / (1L << 53));
        }
    }

    /// <summary>Normal numbers of single precision, widened; scaled in double precision. One position each.</summary>
    /// <exception cref="ArgumentException">The mean is not finite, or the standard deviation is negative or not finite.</exception>
    public void FillNormal(Span<double> into, double mean = 0, double std = 1)
    {
        if (!(double.IsFinite(mean) && double.IsFinite(std) && std >= 0))
            throw new ArgumentException($"Normal numbers cannot have mean {mean} and standard deviation {std}: both must be finite, the latter at least 0.");
        Span<float> piece = stackalloc float[4 * Philox.ChunkWords];
        while (!into.IsEmpty)
        {
            var standard = piece[..Math.Min(piece.Length, into.Length)];
            FillNormal(standard);
            for (var i = 0; i < standard.Length; i++) into[i] = std * standard[i] + mean;
            into = into[standard.Length..];
        }
    }

    /// <summary>The word at the present position.</summary>
    public uint NextUInt32()
    {
        var position = Position++;
        return Words(position / Philox.ChunkWords)[(int)(position % Philox.ChunkWords)];
    }

    /// <summary>A whole number in [0, exclusiveMaximum), without bias: Lemire, "Fast random integer generation in an interval", 2019.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The maximum is below 1.</exception>
    public int Next(int exclusiveMaximum)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(exclusiveMaximum, 1);
        var range = (uint)exclusiveMaximum;
        var product = (ulong)NextUInt32() * range;
        if ((uint)product < range)
        {
            var threshold = (0u - range) % range;
            while ((uint)product < threshold) product = (ulong)NextUInt32() * range;
        }

        return (int)(product >> 32);
    }

    /// <summary>The numbers 0 to count − 1 in random order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public int[] Permutation(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var order = new int[count];
        Permutation(order);
        return order;
    }

    /// <summary>The same numbers, as many as there are places, into memory that is there already.</summary>
    public void Permutation(Span<int> into)
    {
        for (var i = 0; i < into.Length; i++) into[i] = i;
        Shuffle(into);
    }

    /// <summary>Puts the items in random order in place: Fisher and Yates, from the last item down.</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var last = items.Length - 1; last > 0; last--)
        {
            var chosen = Next(last + 1);
            (items[last], items[chosen]) = (items[chosen], items[last]);
        }
    }

    private void Fill<TTransform>(Span<float> into, TTransform transform) where TTransform : struct, IChunkTransform
    {
        Span<float> values = stackalloc float[Philox.ChunkWords];
        while (!into.IsEmpty)
        {
            var chunk = Position / Philox.ChunkWords;
            var offset = (int)(Position % Philox.ChunkWords);
            var taken = Math.Min(Philox.ChunkWords - offset, into.Length);
            if (taken == Philox.ChunkWords)
            {
                var chunks = into.Length / Philox.ChunkWords;
                taken = chunks * Philox.ChunkWords;
                IntraOp.For(chunks, ChunksAtATime, new WholeChunks<TTransform>(key, upper, chunk, transform, into));
            }
            else
            {
                transform.Apply(Words(chunk), values);
                values.Slice(offset, taken).CopyTo(into);
            }

            Position += taken;
            into = into[taken..];
        }
    }

    private ReadOnlySpan<uint> Words(long chunk)
    {
        if (wordsOf != chunk)
        {
            Philox.FillChunk(key, upper, chunk, words);
            wordsOf = chunk;
        }

        return words;
    }

    /// <summary>Chunks from some chunk of the stream on, as many as the range asks for.</summary>
    private readonly ref struct WholeChunks<TTransform>(ulong key, ulong upper, long begin, TTransform transform, Span<float> into) : IRangeWork
        where TTransform : struct, IChunkTransform
    {
        private readonly Span<float> into = into;

        public void Run(int first, int count)
        {
            Span<uint> fresh = stackalloc uint[Philox.ChunkWords];
            for (var chunk = first; chunk < first + count; chunk++)
            {
                Philox.FillChunk(key, upper, begin + chunk, fresh);
                transform.Apply(fresh, into.Slice(chunk * Philox.ChunkWords, Philox.ChunkWords));
            }
        }
    }
}
