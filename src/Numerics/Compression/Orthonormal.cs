using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics;

/// <summary>Gram-Schmidt, column after column, so that the result depends on the matrix alone.</summary>
public static class Orthonormal
{
    /// <summary>
    /// Makes the columns orthonormal in place, from the first. A column that lies in the span of those before it, up to rounding, becomes 0:
    /// made one long, its rounding errors would pass for a direction.
    /// </summary>
    /// <param name="matrix_nr">Shape [n, r], floating-point.</param>
    public static void Columns(Tensor matrix_nr)
    {
        using var guard = no_grad();
        var tolerance = matrix_nr.dtype == ScalarType.Float64 ? 1e-12 : 1e-5;
        for (var i = 0L; i < matrix_nr.shape[1]; i++)
        {
            using var scope = NewDisposeScope();
            var column = matrix_nr.select(1, i);
            var length = Length(column);
            if (i > 0)
            {
                // Twice is enough (Giraud et al. 2005).
                var before = matrix_nr.narrow(1, 0, i);
                column.sub_(before.mv(before.t().mv(column)));
                column.sub_(before.mv(before.t().mv(column)));
            }

            var left = Length(column);
            if (left > tolerance * length) column.Div_(left);
            else if (double.IsNaN(left)) column.Fill_(double.NaN);
            else column.zero_();
        }
    }

    private static double Length(Tensor column)
    {
        var wide = column.to_type(ScalarType.Float64);
        return Math.Sqrt(wide.dot(wide).AsDouble());
    }
}
