namespace Cluster.Data;

/// <summary>Points in the plane as a picture: discs coloured by label on white.</summary>
public static class ScatterPlot
{
    private const int Margin = 12;

    /// <summary>Ten colours that differ in hue and brightness; further labels begin anew.</summary>
    private static readonly (byte R, byte G, byte B)[] s_colours =
    [
        (31, 119, 180), (255, 127, 14), (44, 160, 44), (214, 39, 40), (148, 103, 189),
        (140, 86, 75), (227, 119, 194), (110, 110, 110), (188, 189, 34), (23, 190, 207),
    ];

    /// <summary>Draws the points; both axes have the same scale, and all points are inside.</summary>
    /// <param name="points">x and y of each point.</param>
    /// <param name="labels">The label of each point, at least 0; null to draw all alike.</param>
    /// <param name="side">Pixels of the picture's side, at least 64.</param>
    /// <param name="radius">Of a point, in pixels, at least 1.</param>
    /// <exception cref="ArgumentException">There are no points, a coordinate is not finite, or the labels do not fit.</exception>
    public static Picture Draw(ReadOnlySpan<float> points, ReadOnlySpan<int> labels, int side = 512, int radius = 2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 64);
        ArgumentOutOfRangeException.ThrowIfLessThan(radius, 1);
        int count = points.Length / 2;
        if (points.Length % 2 != 0 || count == 0)
            throw new ArgumentException($"{points.Length} values are not one or more points of two coordinates.", nameof(points));
        if (!labels.IsEmpty && labels.Length != count)
            throw new ArgumentException($"{labels.Length} labels do not fit {count} points.", nameof(labels));
        (float left, float right, float bottom, float top) = Bounds(points);
        float extent = Math.Max(Math.Max(right - left, top - bottom), 1e-6f);
        float scale = (side - 1 - 2 * Margin) / extent;
        float centreX = (left + right) / 2, centreY = (bottom + top) / 2;

        byte[] bytes = new byte[side * side * 3];
        Array.Fill(bytes, (byte)255);
        for (int i = 0; i < count; i++)
        {
            int x = (int)MathF.Round((side - 1) / 2f + (points[2 * i] - centreX) * scale);
            int y = (int)MathF.Round((side - 1) / 2f - (points[2 * i + 1] - centreY) * scale);
            Disc(bytes, side, x, y, radius, labels.IsEmpty ? s_colours[0] : s_colours[labels[i] % s_colours.Length]);
        }

        return new Picture(side, side, 3, bytes);
    }

    private static (float Left, float Right, float Bottom, float Top) Bounds(ReadOnlySpan<float> points)
    {
        (float left, float right, float bottom, float top) = (points[0], points[0], points[1], points[1]);
        for (int i = 0; i < points.Length; i += 2)
        {
            if (!float.IsFinite(points[i]) || !float.IsFinite(points[i + 1]))
                throw new ArgumentException($"Point {i / 2} is ({points[i]}, {points[i + 1]}): coordinates must be finite.", nameof(points));
            (left, right) = (Math.Min(left, points[i]), Math.Max(right, points[i]));
            (bottom, top) = (Math.Min(bottom, points[i + 1]), Math.Max(top, points[i + 1]));
        }

        return (left, right, bottom, top);
    }

    private static void Disc(byte[] bytes, int side, int centreX, int centreY, int radius, (byte R, byte G, byte B) colour)
    {
        for (int y = Math.Max(centreY - radius, 0); y <= Math.Min(centreY + radius, side - 1); y++)
        {
            for (int x = Math.Max(centreX - radius, 0); x <= Math.Min(centreX + radius, side - 1); x++)
            {
                if ((x - centreX) * (x - centreX) + (y - centreY) * (y - centreY) > radius * radius) continue;
                int at = (y * side + x) * 3;
                (bytes[at], bytes[at + 1], bytes[at + 2]) = colour;
            }
        }
    }
}
