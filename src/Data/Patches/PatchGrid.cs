namespace Cluster.Data;

/// <summary>
/// The overlapping patches of one image at regular places, and the image that they make again when every pixel is the mean of the
/// patches over it (Elad, Aharon 2006, equation 8 without the noisy image's own share). The last row and column of patches end at the border
/// whatever the stride. Immutable.
/// </summary>
public sealed class PatchGrid
{
    private readonly int channels, height, width, patchHeight, patchWidth;
    private readonly int[] tops, lefts;

    /// <param name="channels">Channels of the image.</param>
    /// <param name="height">Its rows.</param>
    /// <param name="width">Its columns.</param>
    /// <param name="patchHeight">Rows of a patch.</param>
    /// <param name="patchWidth">Columns of a patch.</param>
    /// <param name="stride">Pixels from one patch to the next, at least 1; not above a patch's side, or pixels are left out.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of its range.</exception>
    public PatchGrid(int channels, int height, int width, int patchHeight, int patchWidth, int stride)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(patchHeight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(patchWidth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(patchHeight, height);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(patchWidth, width);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(stride, Math.Max(patchHeight, patchWidth));
        (this.channels, this.height, this.width, this.patchHeight, this.patchWidth) = (channels, height, width, patchHeight, patchWidth);
        tops = Starts(height, patchHeight, Math.Min(stride, patchHeight));
        lefts = Starts(width, patchWidth, Math.Min(stride, patchWidth));
    }

    /// <summary>Patches of an image.</summary>
    public int Count => tops.Length * lefts.Length;

    /// <summary>Elements of a patch: channels × rows × columns.</summary>
    public int Features => channels * patchHeight * patchWidth;

    /// <summary>Values of an image: channels × height × width.</summary>
    public int ImageValues => channels * height * width;

    /// <summary>Where a patch begins.</summary>
    public (int Top, int Left) Place(int patch) => (tops[patch / lefts.Length], lefts[patch % lefts.Length]);

    /// <summary>Writes all patches one after the other.</summary>
    /// <param name="image">channels × height × width values.</param>
    /// <param name="patches"><see cref="Count"/> × <see cref="Features"/> values.</param>
    public void Extract(ReadOnlySpan<float> image, Span<float> patches)
    {
        Check(image.Length, patches.Length);
        var at = 0;
        for (var patch = 0; patch < Count; patch++)
        {
            var (top, left) = Place(patch);
            for (var channel = 0; channel < channels; channel++)
            {
                for (var row = 0; row < patchHeight; row++, at += patchWidth)
                    image.Slice((((channel * height) + top + row) * width) + left, patchWidth).CopyTo(patches[at..]);
            }
        }
    }

    /// <summary>Writes the image in which every pixel is the mean of the patches over it, added in their order.</summary>
    /// <param name="patches"><see cref="Count"/> × <see cref="Features"/> values.</param>
    /// <param name="image">channels × height × width values.</param>
    public void Assemble(ReadOnlySpan<float> patches, Span<float> image)
    {
        Check(image.Length, patches.Length);
        image.Clear();
        var layers = new int[image.Length];
        var at = 0;
        for (var patch = 0; patch < Count; patch++)
        {
            var (top, left) = Place(patch);
            for (var channel = 0; channel < channels; channel++)
            {
                for (var row = 0; row < patchHeight; row++)
                {
                    var to = (((channel * height) + top + row) * width) + left;
                    for (var column = 0; column < patchWidth; column++, at++)
                    {
                        image[to + column] += patches[at];
                        layers[to + column]++;
                    }
                }
            }
        }

        for (var pixel = 0; pixel < image.Length; pixel++) image[pixel] /= layers[pixel];
    }

    private static int[] Starts(int size, int patch, int stride)
    {
        List<int> starts = [];
        for (var start = 0; start + patch < size; start += stride) starts.Add(start);
        starts.Add(size - patch);
        return [.. starts];
    }

    private void Check(int image, int patches)
    {
        if (image != channels * height * width || patches != Count * Features)
            throw new ArgumentException($"{image} pixels and {patches} values of patches do not fit: {channels * height * width} and {Count * Features} would.");
    }
}
