namespace Cluster.Data;

/// <summary>One channel of one image, its values taken to 0 to 1.</summary>
internal readonly ref struct ImagePlane(ReadOnlySpan<float> values, int height, int width, float low, float high)
{
    private readonly ReadOnlySpan<float> _values = values;

    public float this[int y, int x]
    {
        get
        {
            float value = (_values[y * width + x] - low) / (high - low);
            return value > 0 ? MathF.Min(value, 1) : 0;
        }
    }

    /// <summary>The value at a pixel of the magnified image: bilinear between the centres of pixels, constant beyond the outermost.</summary>
    public float Between(int y, int x, int magnification)
    {
        (int top, int bottom, float down) = Neighbours(y, magnification, height);
        (int left, int right, float across) = Neighbours(x, magnification, width);
        float upper = this[top, left] * (1 - across) + this[top, right] * across;
        float lower = this[bottom, left] * (1 - across) + this[bottom, right] * across;
        return upper * (1 - down) + lower * down;
    }

    private static (int First, int Second, float Weight) Neighbours(int position, int magnification, int size)
    {
        float centre = Math.Clamp((position + 0.5f) / magnification - 0.5f, 0, size - 1);
        int first = (int)centre;
        return (first, Math.Min(first + 1, size - 1), centre - first);
    }
}
