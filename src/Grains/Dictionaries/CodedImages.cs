using Cluster.Data;
using Cluster.Models.Dictionaries;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>Whole images through their overlapping patches: coded, put together again, denoised, and summed up for a classifier.</summary>
internal sealed class CodedImages
{
    private readonly DictionaryBlueprint _blueprint;
    private readonly Tensor _atoms_KD;
    private readonly ImageDataset _images;

    public CodedImages(DictionaryBlueprint blueprint, Tensor atoms_KD, ImageDataset images)
    {
        _blueprint = blueprint;
        _atoms_KD = atoms_KD;
        _images = images;
    }

    /// <summary>Images as they are, count × pixels, in [0, 1] where they are bytes.</summary>
    public float[] Pixels(int first, int count)
    {
        float[] pixels = new float[count * _images.Pixels];
        _images.Gather([.. Enumerable.Range(first, count)], pixels, 0, 1);
        return pixels;
    }

    /// <summary>One image as its codes give it back.</summary>
    public float[] Reconstruct(ReadOnlySpan<float> image)
    {
        using DisposeScope scope = NewDisposeScope();
        PatchGrid grid = Grid(1);
        float[] patches = new float[grid.Count * grid.Features];
        grid.Extract(image, patches);
        PatchNormalization[] kept = Normalize(patches, _blueprint.Signals.Options);
        Tensor x_BD = Signals(patches, grid.Features), code_BK = SparseCoding.Infer(x_BD, _atoms_KD, Coding());
        return Assemble(grid, _blueprint.Signals.Restore(code_BK.mm(_atoms_KD)), kept);
    }

    /// <summary>
    /// One noisy image without its noise (after Elad, Aharon 2006): every overlapping patch, less its mean, is coded with a penalty
    /// that noise alone rarely exceeds, σ√(2 ln K) for atoms of norm 1 (Donoho, Johnstone 1994), then fitted to the atoms found
    /// without a penalty, which takes the shrinkage back.
    /// </summary>
    /// <param name="image">channels × height × width.</param>
    /// <param name="sigma">Standard deviation of the noise in the image's units.</param>
    public float[] Denoise(ReadOnlySpan<float> image, double sigma)
    {
        using DisposeScope scope = NewDisposeScope();
        PatchGrid grid = Grid(1);
        float[] patches = new float[grid.Count * grid.Features];
        grid.Extract(image, patches);
        PatchNormalization[] kept = Normalize(patches, _blueprint.Signals.Options with { Normalize = false });
        Tensor x_BD = Tensors(patches, grid.Features), unit_KD = _atoms_KD / _atoms_KD.Square().sum(1L, keepdim: true).sqrt().ClampMin(1e-12);
        SparseCodingOptions coding = Coding() with { Penalty = sigma * Math.Sqrt(2 * Math.Log(_blueprint.Options.Atoms)) };
        Tensor code_BK = SparseCoding.Infer(x_BD, unit_KD, coding);
        return Assemble(grid, SupportFit.Of(x_BD, unit_KD, code_BK).mm(unit_KD), kept);
    }

    /// <summary>
    /// What a classifier sees of some images, shape (count, features): the code itself where the signal is the whole image; otherwise, for each
    /// quarter of the image, the largest positive and the largest negative part that each atom has in it.
    /// </summary>
    public float[] Features(int first, int count)
    {
        using DisposeScope scope = NewDisposeScope();
        PatchGrid grid = Grid(2);
        float[] pixels = Pixels(first, count), patches = new float[count * grid.Count * grid.Features];
        for (int image = 0; image < count; image++)
        {
            grid.Extract(pixels.AsSpan(image * _images.Pixels, _images.Pixels), patches.AsSpan(image * grid.Count * grid.Features, grid.Count * grid.Features));
        }

        Normalize(patches, _blueprint.Signals.Options);
        Tensor code_BK = SparseCoding.Infer(Signals(patches, grid.Features), _atoms_KD, _blueprint.Options.Coding);
        if (grid.Count > 1)
        {
            Tensor code_NPK = code_BK.view(count, grid.Count, -1), both_NPF = cat([code_NPK.ClampMin(0), (-code_NPK).ClampMin(0)], 2);
            code_BK = cat([.. Quarters(grid).Select(quarter => both_NPF.index_select(1, tensor(quarter)).amax([1]))], 1);
        }

        return code_BK.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
    }

    private PatchGrid Grid(int stride)
    {
        PatchSet patches = _blueprint.Signals.Patches;
        return new PatchGrid(_images.Channels, _images.Height, _images.Width, patches.Height, patches.Width, stride);
    }

    private SparseCodingOptions Coding() => _blueprint.Options.Coding with { Tolerance = 1e-3 };

    private IEnumerable<long[]> Quarters(PatchGrid grid)
    {
        PatchSet patches = _blueprint.Signals.Patches;
        return Enumerable.Range(0, grid.Count)
            .GroupBy(patch =>
            {
                (int top, int left) = grid.Place(patch);
                return ((2 * top) + patches.Height < _images.Height ? 0 : 2) + ((2 * left) + patches.Width < _images.Width ? 0 : 1);
            })
            .OrderBy(quarter => quarter.Key)
            .Select(quarter => quarter.Select(patch => (long)patch).ToArray());
    }

    private static PatchNormalization[] Normalize(float[] patches, PatchOptions options, int features) =>
        [.. Enumerable.Range(0, patches.Length / features).Select(patch => PatchNormalization.Apply(patches.AsSpan(patch * features, features), options))];

    private PatchNormalization[] Normalize(float[] patches, PatchOptions options) => Normalize(patches, options, _blueprint.Signals.Patches.Features);

    private Tensor Signals(float[] patches, int features) => _blueprint.Signals.Whiten(Tensors(patches, features));

    private Tensor Tensors(float[] patches, int features) =>
        frombuffer(patches, ScalarType.Float32).view(-1, features).to(_atoms_KD.dtype).to(_atoms_KD.device);

    private static float[] Assemble(PatchGrid grid, Tensor patches_BD, PatchNormalization[] kept)
    {
        float[] patches = patches_BD.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
        for (int patch = 0; patch < kept.Length; patch++)
        {
            kept[patch].Undo(patches.AsSpan(patch * grid.Features, grid.Features));
        }

        float[] image = new float[grid.ImageValues];
        grid.Assemble(patches, image);
        return image;
    }
}
