using Cluster.Numerics;

namespace Cluster.Data.Tests;

/// <summary>Patches against the images that they come from.</summary>
public sealed class PatchTests
{
    [Fact]
    public void A_patch_is_a_part_of_an_image()
    {
        ImageDataset images = Numbered();
        PatchSet patches = new(images, new PatchOptions { Size = 3, Margin = 1, Count = 500, SubtractMean = false, Normalize = false }, 4);
        var values = new float[500 * 9];
        patches.Gather([.. Enumerable.Range(0, 500)], values);

        HashSet<(int, int, int)> places = [];
        for (var i = 0; i < 500; i++)
        {
            // Each pixel says where it is: 36 an image, 6 a row.
            var patch = values.AsSpan(i * 9, 9).ToArray().Select(value => (int)MathF.Round(value * 255)).ToArray();
            var (image, top, left) = (patch[0] / 36, patch[0] % 36 / 6, patch[0] % 6);
            Assert.InRange(top, 1, 2);
            Assert.InRange(left, 1, 2);
            Assert.Equal(Enumerable.Range(0, 9).Select(k => (image * 36) + ((top + (k / 3)) * 6) + left + (k % 3)), patch);
            places.Add((image, top, left));
        }

        Assert.Equal(6 * 2 * 2, places.Count);
    }

    [Fact]
    public void Places_follow_from_the_seed_alone()
    {
        float[] Values(ulong seed, int count, int[] indices)
        {
            PatchSet patches = new(Numbered(), new PatchOptions { Size = 3, Count = count }, seed);
            var values = new float[indices.Length * 9];
            patches.Gather(indices, values);
            return values;
        }

        Assert.Equal(Values(1, 50, [7, 3]), Values(1, 90, [7, 3]));
        Assert.NotEqual(Values(1, 50, [7, 3]), Values(2, 50, [7, 3]));
    }

    [Fact]
    public void Whole_images_are_signals_with_their_labels()
    {
        ImageDataset digits = DatasetCatalog.Open("digits", "test", []);
        PatchSet signals = new(digits, new PatchOptions { Size = 0, SubtractMean = false, Normalize = false }, 0);
        float[] values = new float[64], expected = new float[64];
        signals.Gather([5], values);
        digits.Gather([5], expected, 0, 1);

        Assert.Equal((297, 64), (signals.Count, signals.Features));
        Assert.Equal(expected, values);
        Assert.Same(digits.Labels, signals.Labels);
    }

    [Fact]
    public void Normalization_takes_mean_and_norm_and_gives_them_back()
    {
        float[] signal = [1, 2, 3, 6], before = [.. signal];
        var taken = PatchNormalization.Apply(signal, new PatchOptions());

        Assert.Equal(0, signal.Sum(), 1e-6);
        Assert.Equal(1, signal.Sum(value => value * value), 1e-6);
        Assert.Equal((3f, MathF.Sqrt(14)), (taken.Mean, taken.Scale));
        taken.Undo(signal);
        Assert.All(before.Zip(signal), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));

        // Fainter than a thousandth: left faint.
        float[] faint = [1e-5f, -1e-5f];
        Assert.Equal(PatchOptions.LeastNorm, PatchNormalization.Apply(faint, new PatchOptions()).Scale);
        Assert.Equal(0.01f, faint[0], 1e-7f);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Patches_of_an_image_make_it_again(int stride)
    {
        PatchGrid grid = new(3, 7, 8, 3, 3, stride);
        float[] image = new float[3 * 7 * 8], again = new float[image.Length], patches = new float[grid.Count * grid.Features];
        RandomStream.Named(1, "test", 0, 0, "image").FillUniform(image);
        grid.Extract(image, patches);
        grid.Assemble(patches, again);

        Assert.All(image.Zip(again), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
        Assert.Equal((0, 0), grid.Place(0));
        Assert.Equal((4, 5), grid.Place(grid.Count - 1));
        Assert.Equal(stride == 1 ? 30 : stride == 2 ? 12 : 9, grid.Count);
    }

    [Fact]
    public void Overlapping_patches_are_averaged()
    {
        PatchGrid grid = new(1, 1, 3, 1, 2, 1);
        var image = new float[3];
        grid.Assemble([1, 2, 4, 8], image);

        Assert.Equal([1, 3, 8], image);
    }

    [Theory]
    [InlineData(7, 0)]
    [InlineData(5, 1)]
    public void Patches_that_do_not_fit_are_refused(int size, int margin)
    {
        var refused = Assert.Throws<DatasetException>(() => new PatchSet(Numbered(), new PatchOptions { Size = size, Margin = margin }, 0));
        Assert.Contains("do not fit into the 6x6 images of numbered: choose a smaller size or margin", refused.Message, StringComparison.Ordinal);
    }

    private static ImageDataset Numbered() =>
        new("numbered", "train", 1, 6, 6, Enumerable.Range(0, 6 * 36).Select(value => (byte)value).ToArray().AsMemory(), null, byte.MaxValue);
}
