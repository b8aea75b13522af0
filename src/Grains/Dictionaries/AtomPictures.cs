using Cluster.Data;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;
using Grid = Cluster.Data.SampleGrid;

namespace Cluster.Grains;

/// <summary>Pictures of atoms.</summary>
internal static class AtomPictures
{
    /// <summary>A mosaic of the first atoms, each stretched to its own largest value, 0 in the middle of the greys; whitened ones are taken back to pixels.</summary>
    /// <param name="blueprint">The run's.</param>
    /// <param name="atoms_KD">The dictionary.</param>
    /// <param name="rows">Rows of the mosaic.</param>
    /// <param name="columns">Columns of the mosaic.</param>
    public static byte[] Mosaic(DictionaryBlueprint blueprint, Tensor atoms_KD, int rows, int columns)
    {
        using DisposeScope scope = NewDisposeScope();
        PatchSet patches = blueprint.Signals.Patches;
        int shown = Math.Min(blueprint.Options.Atoms, rows * columns);
        Tensor atoms = atoms_KD.detach().narrow(0, 0, shown).to(ScalarType.Float32).cpu();
        if (blueprint.Signals.Restore_DD is { } restore)
        {
            atoms = atoms.mm(frombuffer(restore, ScalarType.Float32).view(patches.Features, patches.Features));
        }

        float[] values = (atoms / atoms.abs().amax([1], keepdim: true).ClampMin(1e-12)).contiguous().data<float>().ToArray();
        return Grid.ToPng(values, rows, columns, patches.Channels, patches.Height, patches.Width, -1, 1);
    }
}
