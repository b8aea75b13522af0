namespace Cluster.Numerics;

/// <summary>Sizes of shapes that came from elsewhere.</summary>
public static class ShapeSize
{
    /// <summary>The product of the dimensions; false where one is negative or the product of the others than zero does not fit.</summary>
    public static bool TryCount(ReadOnlySpan<long> shape, out long count)
    {
        count = 1;
        var empty = false;
        foreach (var dimension in shape)
        {
            if (dimension < 0) return false;
            if (dimension == 0) empty = true;
            else if (count > long.MaxValue / dimension) return false;
            else count *= dimension;
        }

        if (empty) count = 0;
        return true;
    }
}
