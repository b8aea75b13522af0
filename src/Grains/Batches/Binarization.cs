using System.Numerics;
using Cluster.Contracts.Experiments;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>Makes grey pixels black or white, in place.</summary>
internal static class Binarization
{
    /// <summary>Binarizes.</summary>
    /// <param name="kind">How.</param>
    /// <param name="pixels">Values in [low, high]; each becomes low or high.</param>
    /// <param name="low">Black.</param>
    /// <param name="high">White.</param>
    /// <param name="stream">Made only where numbers are drawn.</param>
    public static void Apply(Binarize kind, Span<float> pixels, float low, float high, Func<RandomStream> stream)
    {
        if (kind == Binarize.None)
        {
            return;
        }

        Span<float> levels = stackalloc float[1024];
        levels.Fill((low + high) / 2);
        RandomStream? drawn = kind == Binarize.Dynamic ? stream() : null;
        for (int first = 0; first < pixels.Length; first += levels.Length)
        {
            Span<float> block = pixels[first..Math.Min(first + levels.Length, pixels.Length)];
            drawn?.FillUniform(levels[..block.Length], low, high);
            Threshold(block, levels, low, high);
        }
    }

    private static void Threshold(Span<float> pixels, ReadOnlySpan<float> levels, float low, float high)
    {
        int i = 0;
        Vector<float> white = new(high), black = new(low);
        for (; i <= pixels.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<int> above = Vector.GreaterThan(new Vector<float>(pixels[i..]), new Vector<float>(levels[i..]));
            Vector.ConditionalSelect(above, white, black).CopyTo(pixels[i..]);
        }

        for (; i < pixels.Length; i++)
        {
            pixels[i] = pixels[i] > levels[i] ? high : low;
        }
    }
}
