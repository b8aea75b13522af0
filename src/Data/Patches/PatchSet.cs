using Cluster.Numerics;

namespace Cluster.Data;

/// <summary>
/// The signals of a data set: square patches at random places of random images, fixed by the seed, or the images themselves.
/// Pixels of bytes are scaled to [0, 1]. Places come from the stream (seed, "patches", 0, 0, "places"), so that everybody has the same
/// patch under the same index. Immutable; safe for any number of threads.
/// </summary>
public sealed class PatchSet
{
    private readonly ImageDataset images;
    private readonly PatchOptions options;
    private readonly Place[] places;

    /// <param name="images">Where patches are taken from.</param>
    /// <param name="options">Size, number and normalization.</param>
    /// <param name="seed">Names the stream of places.</param>
    /// <exception cref="DatasetException">No patch fits into an image.</exception>
    public PatchSet(ImageDataset images, PatchOptions options, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.Size);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Margin);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Count, 1);
        (this.images, this.options) = (images, options);
        (Height, Width) = options.Size == 0 ? (images.Height, images.Width) : (options.Size, options.Size);
        Channels = images.Channels;
        Features = Channels * Height * Width;
        var margin = options.Size == 0 ? 0 : options.Margin;
        if (Rows(margin) < 1 || Columns(margin) < 1)
            throw new DatasetException($"patches of {options.Size}x{options.Size} with a margin of {options.Margin} do not fit into the {images.Height}x{images.Width} images of {images.Name}: choose a smaller size or margin");
        if (options.Size == 0)
        {
            Count = images.Count;
            places = [];
            return;
        }

        Count = options.Count;
        places = new Place[Count];
        var stream = RandomStream.Named(seed, "patches", 0, 0, "places");
        foreach (ref var place in places.AsSpan()) place = Draw(stream);
    }

    /// <summary>Signals in an epoch.</summary>
    public int Count { get; }

    /// <summary>Channels of a signal.</summary>
    public int Channels { get; }

    /// <summary>Rows of a signal.</summary>
    public int Height { get; }

    /// <summary>Columns of a signal.</summary>
    public int Width { get; }

    /// <summary>Elements of a signal: channels × height × width.</summary>
    public int Features { get; }

    /// <summary>Writes the chosen signals one after the other, normalized.</summary>
    /// <param name="indices">Which, each from 0 to <see cref="Count"/> − 1.</param>
    /// <param name="into">indices × <see cref="Features"/> values.</param>
    public void Gather(ReadOnlySpan<int> indices, Span<float> into)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(into.Length, indices.Length * Features);
        for (var i = 0; i < indices.Length; i++)
        {
            var place = options.Size == 0 ? new Place(indices[i], 0, 0) : places[indices[i]];
            Take(place, into.Slice(i * Features, Features));
        }
    }

    /// <summary>Writes one more signal, from a place that the stream chooses, normalized.</summary>
    public void Draw(RandomStream stream, Span<float> signal) => Take(Draw(stream), signal);

    /// <summary>The labels of whole images; null for patches, and where there are none.</summary>
    public int[]? Labels => options.Size == 0 ? images.Labels : null;

    private int Rows(int margin) => images.Height - Height - (2 * margin) + 1;

    private int Columns(int margin) => images.Width - Width - (2 * margin) + 1;

    private Place Draw(RandomStream stream)
    {
        var margin = options.Size == 0 ? 0 : options.Margin;
        return new Place(stream.Next(images.Count), margin + stream.Next(Rows(margin)), margin + stream.Next(Columns(margin)));
    }

    private void Take(Place place, Span<float> signal)
    {
        images.Crop(place.Image, place.Top, place.Left, Height, Width, signal, 0, 1);
        PatchNormalization.Apply(signal, options);
    }

    private readonly record struct Place(int Image, int Top, int Left);
}
