using Cluster.Data;
using Cluster.Models.Autoencoders;
using Cluster.Models.Variational;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>What an encoder and a decoder together can be asked to show. On the device's thread.</summary>
internal sealed class TrainedCoderPictures(CoderBlueprint blueprint, Device device, CoderParameters parameters)
{
    private const int ScatterPoints = 2000;
    private const int InpaintingRounds = 20;

    private readonly EncoderDecoder _coder = blueprint.Coder;

    /// <summary>Their names.</summary>
    public IReadOnlyList<string> Names { get; } = CoderPictures.Reconstructs(blueprint)
        ? ["reconstructions", "interpolation", "traversal", "scatter", "denoising", "inpainting"]
        : ["samples", "reconstructions", "interpolation", "traversal", "scatter", "denoising", "inpainting"];

    /// <summary>One of them as a PNG.</summary>
    public byte[] Draw(string picture, int rows, int columns, ulong seed)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        return picture switch
        {
            "samples" => CoderPictures.Paint(
                blueprint, parameters.Decoder, parameters.Encoder,
                _coder.Prior(parameters, RandomStream.Named(seed, "sample", 0, 0, "latent"), rows * columns), false, rows, columns),
            "reconstructions" => Beside(rows, columns, 2, x_BD => [x_BD]),
            "denoising" => Beside(rows, columns, 3, x_BD => [x_BD, Noisy(x_BD, seed)]),
            "inpainting" => Beside(rows, columns, 3, x_BD => [x_BD, Occluded(x_BD, 0)], Inpaint),
            "interpolation" => Interpolation(rows, columns),
            "traversal" => Traversal(rows, columns),
            "scatter" => Scatter(),
            _ => throw new ArgumentOutOfRangeException(nameof(picture), picture, "no such picture"),
        };
    }

    /// <summary>Groups of images side by side: what <paramref name="shown"/> gives, then the reconstruction of its last.</summary>
    private byte[] Beside(int rows, int columns, int group, Func<Tensor, Tensor[]> shown, Func<Tensor, Tensor?, Tensor>? complete = null)
    {
        int count = Math.Clamp(rows * columns / group, 1, blueprint.Data.Count);
        Tensor x_BD = Images(count);
        Tensor? label_BC = Labels(count);
        Tensor[] given = shown(x_BD);
        Tensor made_BD = (complete ?? Reconstruct)(given[^1], label_BC);
        Tensor all_ND = stack([.. given, made_BD], 1).view(count * group, -1);
        return CoderPictures.Grid(blueprint, all_ND.shape[0] <= rows * columns ? all_ND : made_BD, rows, columns);
    }

    private Tensor Reconstruct(Tensor x_BD, Tensor? label_BC) =>
        _coder.Generate(parameters, _coder.Represent(parameters, x_BD, label_BC), label_BC);

    private Tensor Noisy(Tensor x_BD, ulong seed) =>
        Corruption.Apply(CorruptionKind.Masking, 0.3, x_BD, RandomStream.Named(seed, "sample", 0, 0, "corruption"), 0);

    /// <summary>The lower half of each image in one grey.</summary>
    private Tensor Occluded(Tensor x_BD, double grey) => (x_BD * Upper()).Add(Upper().SubtractedFrom(1).Mul(grey));

    /// <summary>
    /// The lower half from the upper: reconstruct, put the known half back, and again (Rezende et al. 2014, appendix F, with means in
    /// place of samples).
    /// </summary>
    private Tensor Inpaint(Tensor x_BD, Tensor? label_BC)
    {
        Tensor upper_D = Upper(), image_BD = Occluded(x_BD, 0.5);
        for (int round = 0; round < InpaintingRounds; round++)
        {
            image_BD = (x_BD * upper_D).Add(Reconstruct(image_BD, label_BC) * upper_D.SubtractedFrom(1));
        }

        return image_BD;
    }

    /// <summary>1 for the pixels of the upper half, shape (D).</summary>
    private Tensor Upper()
    {
        ImageDataset data = blueprint.Data;
        Tensor mask = zeros(data.Channels, data.Height, data.Width, blueprint.Type, device);
        mask.narrow(1, 0, (data.Height + 1) / 2).Fill_(1);
        return mask.view(-1);
    }

    /// <summary>Each row: straight from the code of one training image to that of the next.</summary>
    private byte[] Interpolation(int rows, int columns)
    {
        int count = Math.Min(rows + 1, blueprint.Data.Count);
        Tensor code_BZ = _coder.Represent(parameters, Images(count), Labels(count));
        Tensor t_C11 = linspace(0, 1, columns, blueprint.Type, device).view(1, columns, 1);
        Tensor from_RZ = code_BZ.narrow(0, 0, count - 1).unsqueeze(1), to_RZ = code_BZ.narrow(0, 1, count - 1).unsqueeze(1);
        Tensor path_NZ = from_RZ.Add((to_RZ - from_RZ) * t_C11).view(-1, _coder.Latent);
        return CoderPictures.Grid(blueprint, _coder.Generate(parameters, path_NZ, RowLabels(count - 1, columns)), rows, columns);
    }

    /// <summary>
    /// Each row: one element of the code of the first training image, moved over three standard deviations about its mean; the elements
    /// that vary most over the training images come first.
    /// </summary>
    private byte[] Traversal(int rows, int columns)
    {
        int count = Math.Min(ScatterPoints, blueprint.Data.Count), shown = Math.Min(rows, _coder.Latent);
        Tensor code_BZ = _coder.Represent(parameters, Images(count), Labels(count));
        Tensor mean_Z = code_BZ.mean([0]), deviation_Z = code_BZ.std(0, unbiased: false);
        long[] order = deviation_Z.to(ScalarType.Float64).cpu().argsort(-1, descending: true).data<long>().ToArray();

        // The prior of a VAE is known; how far the codes of an autoencoder reach is seen from the data.
        bool standard = _coder is Vae;
        Tensor steps_C = linspace(-3, 3, columns, blueprint.Type, device);
        Tensor path_RCZ = code_BZ[0].expand(shown, columns, _coder.Latent).clone();
        for (int row = 0; row < shown; row++)
        {
            long element = order[row];
            path_RCZ.select(0, row).select(1, element).copy_(standard ? steps_C : mean_Z[element].Add(steps_C * deviation_Z[element]));
        }

        return CoderPictures.Grid(blueprint, _coder.Generate(parameters, path_RCZ.view(-1, _coder.Latent), RowLabels(1, shown * columns)), rows, columns);
    }

    /// <summary>Codes of training images in the plane, by their two principal components where they have more elements.</summary>
    private byte[] Scatter()
    {
        int count = Math.Min(ScatterPoints, blueprint.Data.Count);
        Tensor code_BZ = _coder.Represent(parameters, Images(count), Labels(count)).to(ScalarType.Float64).cpu();
        if (_coder.Latent == 1)
        {
            code_BZ = cat([code_BZ, zeros_like(code_BZ)], 1);
        }
        else if (_coder.Latent > 2)
        {
            Tensor centred_BZ = code_BZ - code_BZ.mean([0], keepdim: true);
            (_, Tensor axes_ZZ) = linalg.eigh(centred_BZ.t().mm(centred_BZ));
            code_BZ = centred_BZ.mm(axes_ZZ.narrow(1, _coder.Latent - 2, 2).flip(1));
        }

        ReadOnlySpan<int> labels = blueprint.Data.Labels is { } all ? all.AsSpan(0, count) : [];
        return PngWriter.Encode(ScatterPlot.Draw(CoderPictures.Floats(code_BZ), labels));
    }

    private Tensor Images(int count) => CoderPictures.Images(blueprint, blueprint.Data, 0, count, device);

    /// <summary>Labels of the first training images.</summary>
    private Tensor? Labels(int count) => _coder.Classes > 0 ? blueprint.OneHot(blueprint.Data.Labels.AsSpan(0, count), device) : null;

    /// <summary>The labels of the first training images, each repeated along its row.</summary>
    private Tensor? RowLabels(int count, int columns) => _coder.Classes > 0
        ? blueprint.OneHot([.. Enumerable.Range(0, count * columns).Select(i => blueprint.Data.Labels![i / columns])], device)
        : null;
}
