using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;
using Grid = Cluster.Data.SampleGrid;

namespace Cluster.Grains;

/// <summary>Pictures of a classifier.</summary>
internal static class ClassifierPictures
{
    /// <summary>The kernels of the first convolution, each stretched to its own largest value, 0 in the middle of the greys.</summary>
    public static byte[] Filters(ClassifierBlueprint blueprint, FlatParameters parameters, int rows, int columns)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        Tensor kernels_OIKK = parameters["0.weight"].detach().to(ScalarType.Float32).cpu();
        int channels = blueprint.Data.Channels, side = blueprint.Model.Kernel;
        int shown = Math.Min((int)kernels_OIKK.shape[0], rows * columns);
        Tensor flat_OD = kernels_OIKK.narrow(0, 0, shown).reshape(shown, -1);
        float[] values = (flat_OD / flat_OD.abs().amax([1], keepdim: true).ClampMin(1e-12)).contiguous().data<float>().ToArray();
        return Grid.ToPng(values, rows, columns, channels, side, side, -1, 1);
    }
}
