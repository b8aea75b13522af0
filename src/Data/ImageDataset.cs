using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Cluster.Data;

/// <summary>
/// Images of one size, one byte or one float a value, with their labels where there are any. Bytes are scaled when they are gathered;
/// floats are taken as they are. Immutable; safe for any number of threads.
/// </summary>
public sealed class ImageDataset
{
    /// <summary>Bytes that come from memory at a time, and how many images early they are asked for.</summary>
    private const int CacheLine = 64, Ahead = 4;

    private readonly ReadOnlyMemory<float> _values;

    /// <summary>Images of bytes.</summary>
    /// <param name="name">Name in the catalogue, as "mnist".</param>
    /// <param name="split">Part of it, as "train".</param>
    /// <param name="channels">1 for grey, 3 for red, green, blue.</param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="width">Columns of an image.</param>
    /// <param name="bytes">The images one after the other, each channels × height × width.</param>
    /// <param name="labels">One label per image, or null.</param>
    /// <param name="maximumValue">The byte that means full brightness, 1 to 255.</param>
    /// <exception cref="ArgumentException">A size is below 1, or the parts do not fit each other.</exception>
    public ImageDataset(
        string name, string split, int channels, int height, int width, ReadOnlyMemory<byte> bytes, int[]? labels, int maximumValue)
        : this(name, split, channels, height, width, bytes.Length, labels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumValue, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maximumValue, byte.MaxValue);
        int outside = bytes.Span.IndexOfAnyExceptInRange((byte)0, (byte)maximumValue);
        if (outside >= 0)
            throw new ArgumentException($"Image {outside / Pixels} holds {bytes.Span[outside]}, above the maximum {maximumValue}.", nameof(bytes));
        (Bytes, MaximumValue) = (bytes, maximumValue);
    }

    /// <summary>Images, or vectors, of floats.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="split">Part of it, as "train".</param>
    /// <param name="channels">1 for grey and for vectors.</param>
    /// <param name="height">Rows of an image; 1 for vectors.</param>
    /// <param name="width">Columns of an image; elements of a vector.</param>
    /// <param name="values">The images one after the other; finite.</param>
    /// <param name="labels">One label per image, or null.</param>
    /// <exception cref="ArgumentException">A size is below 1, or the parts do not fit each other.</exception>
    public ImageDataset(
        string name, string split, int channels, int height, int width, ReadOnlyMemory<float> values, int[]? labels)
        : this(name, split, channels, height, width, values.Length, labels)
    {
        (_values, MaximumValue) = (values, 1);
        (Minimum, Maximum) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (float value in values.Span)
        {
            (Minimum, Maximum) = (MathF.Min(Minimum, value), MathF.Max(Maximum, value));
        }
    }

    private ImageDataset(string name, string split, int channels, int height, int width, int length, int[]? labels)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(split);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        int pixels = checked(channels * height * width);
        if (length == 0 || length % pixels != 0)
            throw new ArgumentException($"{length} values are no whole number of images of {pixels} values.", nameof(length));
        int count = length / pixels;
        if (labels is not null && labels.Length != count)
            throw new ArgumentException($"{labels.Length} labels do not fit {count} images.", nameof(labels));
        (Name, Split, Channels, Height, Width, Pixels, Count, Labels) = (name, split, channels, height, width, pixels, count, labels);
    }

    /// <summary>Name in the catalogue.</summary>
    public string Name { get; }

    /// <summary>Part of the data set: "train" or "test".</summary>
    public string Split { get; }

    /// <summary>Number of images.</summary>
    public int Count { get; }

    /// <summary>1 for grey, 3 for red, green, blue.</summary>
    public int Channels { get; }

    /// <summary>Rows of an image.</summary>
    public int Height { get; }

    /// <summary>Columns of an image.</summary>
    public int Width { get; }

    /// <summary>Values of one image: channels × height × width.</summary>
    public int Pixels { get; }

    /// <summary>Whether values are bytes, which scale to any range; floats are what they are.</summary>
    public bool IsScaled => _values.IsEmpty;

    /// <summary>The least value of an image of floats; 0 for bytes.</summary>
    public float Minimum { get; }

    /// <summary>The greatest value of an image of floats; 0 for bytes.</summary>
    public float Maximum { get; }

    /// <summary>All images of bytes, count × channels × height × width; empty for floats.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>One label per image; null where the data set has none.</summary>
    public int[]? Labels { get; }

    /// <summary>The byte that means full brightness: 16 for digits, 255 for MNIST; 1 for floats.</summary>
    public int MaximumValue { get; }

    /// <summary>
    /// Writes the chosen images one after the other: floats as they are, bytes as low + byte × (high − low) / <see cref="MaximumValue"/>, in single precision with
    /// a rounding after each operation: the same bits on every processor. Never above <paramref name="high"/>.
    /// </summary>
    /// <param name="indices">Which images, in this order; repeats are fine.</param>
    /// <param name="into">indices × <see cref="Pixels"/> values.</param>
    /// <param name="low">What byte 0 becomes.</param>
    /// <param name="high">What <see cref="MaximumValue"/> becomes.</param>
    /// <exception cref="ArgumentException">The span has another length, or low and high are not finite with low below high.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no image of that index; what lies before it has been written.</exception>
    public void Gather(ReadOnlySpan<int> indices, Span<float> into, float low, float high)
    {
        if (into.Length != (long)indices.Length * Pixels)
            throw new ArgumentException($"{indices.Length} images of {Pixels} values need {(long)indices.Length * Pixels} places, not {into.Length}.", nameof(into));
        PixelScale scale = new(low, high, MaximumValue);
        ReadOnlySpan<byte> bytes = Bytes.Span;
        ReadOnlySpan<float> values = _values.Span;
        for (int i = 0; IsScaled && i < Math.Min(Ahead, indices.Length); i++) Fetch(bytes, indices[i]);
        for (int i = 0; i < indices.Length; i++)
        {
            int index = indices[i];
            if ((uint)index >= (uint)Count)
                throw new ArgumentOutOfRangeException(nameof(indices), index, $"{Name}/{Split} has images 0 to {Count - 1}.");
            if (IsScaled)
            {
                if (i + Ahead < indices.Length) Fetch(bytes, indices[i + Ahead]);
                scale.Apply(bytes.Slice(index * Pixels, Pixels), into.Slice(i * Pixels, Pixels));
            }
            else values.Slice(index * Pixels, Pixels).CopyTo(into[(i * Pixels)..]);
        }
    }

    /// <summary>Brings an image towards the processor before it is needed: chosen at random, each of its lines would be waited for.</summary>
    private unsafe void Fetch(ReadOnlySpan<byte> bytes, int index)
    {
        if (!Sse.IsSupported || (uint)index >= (uint)Count) return;

        // A hint, which may be wrong: the collector may move the bytes meanwhile, and nothing is read.
        byte* first = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes.Slice(index * Pixels, Pixels)));
        for (int at = 0; at < Pixels; at += CacheLine) Sse.Prefetch0(first + at);
    }

    /// <summary>Writes a part of one image, channel after channel; values as in <see cref="Gather"/>.</summary>
    /// <param name="index">Which image.</param>
    /// <param name="top">First row.</param>
    /// <param name="left">First column.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="into">channels × height × width values.</param>
    /// <param name="low">What byte 0 becomes.</param>
    /// <param name="high">What <see cref="MaximumValue"/> becomes.</param>
    /// <exception cref="ArgumentException">The span has another length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no image of that index, or the part reaches beyond it.</exception>
    public void Crop(int index, int top, int left, int height, int width, Span<float> into, float low, float high)
    {
        if ((uint)index >= (uint)Count) throw new ArgumentOutOfRangeException(nameof(index), index, $"{Name}/{Split} has images 0 to {Count - 1}.");
        if (top < 0 || left < 0 || height < 1 || width < 1 || top > Height - height || left > Width - width)
            throw new ArgumentOutOfRangeException(nameof(top), $"{height}x{width} at row {top}, column {left} reaches beyond {Height}x{Width}.");
        if (into.Length != Channels * height * width)
            throw new ArgumentException($"{Channels}x{height}x{width} values need {Channels * height * width} places, not {into.Length}.", nameof(into));
        PixelScale scale = new(low, high, MaximumValue);
        for (int channel = 0; channel < Channels; channel++)
        {
            for (int row = 0; row < height; row++)
            {
                int from = (((index * Channels) + channel) * Height + top + row) * Width + left;
                Span<float> to = into.Slice(((channel * height) + row) * width, width);
                if (IsScaled) scale.Apply(Bytes.Span.Slice(from, width), to);
                else _values.Span.Slice(from, width).CopyTo(to);
            }
        }
    }

    /// <summary>The first value outside [low, high], by image and place in it; null where there is none, and for bytes, which scale.</summary>
    public (int Image, int Place, float Value)? FirstOutside(float low, float high)
    {
        if (IsScaled || (Minimum >= low && Maximum <= high)) return null;
        int at = _values.Span.IndexOfAnyExceptInRange(low, high);
        return at < 0 ? null : (at / Pixels, at % Pixels, _values.Span[at]);
    }
}
