using Cluster.Numerics;

namespace Cluster.Data;

/// <summary>
/// An even mixture of round Gaussians in the plane, on which mode collapse can be counted: the ring of 8 (radius 2, standard deviation
/// 0.02) and the grid of 25 (from −4 to 4 in steps of 2, standard deviation 0.05) of Srivastava et al. 2017 (VEEGAN) and Metz et al. 2017.
/// </summary>
public sealed record GaussianMixture
{
    private GaussianMixture(string name, double deviation, IReadOnlyList<(double X, double Y)> centres) =>
        (Name, Deviation, Centres) = (name, deviation, centres);

    /// <summary>All mixtures.</summary>
    public static IReadOnlyList<GaussianMixture> All { get; } =
    [
        new("ring-8", 0.02, [.. Enumerable.Range(0, 8).Select(i => (2 * Math.Cos(i * Math.Tau / 8), 2 * Math.Sin(i * Math.Tau / 8)))]),
        new("grid-25", 0.05, [.. Enumerable.Range(0, 25).Select(i => ((i % 5 * 2.0) - 4, (i / 5 * 2.0) - 4))]),
    ];

    /// <summary>Name in the catalogue.</summary>
    public string Name { get; }

    /// <summary>Standard deviation of each mode, in each direction.</summary>
    public double Deviation { get; }

    /// <summary>The modes' means.</summary>
    public IReadOnlyList<(double X, double Y)> Centres { get; }

    /// <summary>The mixture of that name; null where there is none.</summary>
    public static GaussianMixture? Find(string name) => All.FirstOrDefault(mixture => mixture.Name == name);

    /// <summary>Independent points with the modes that they are from.</summary>
    /// <param name="count">How many.</param>
    /// <param name="stream">Where they are drawn.</param>
    /// <returns>x and y of each point; the mode of each.</returns>
    public (float[] Points, int[] Modes) Draw(int count, RandomStream stream)
    {
        float[] points = new float[2 * count];
        stream.FillNormal(points);
        int[] modes = new int[count];
        for (int i = 0; i < count; i++)
        {
            modes[i] = stream.Next(Centres.Count);
            (double x, double y) = Centres[modes[i]];
            points[2 * i] = (float)(x + (Deviation * points[2 * i]));
            points[(2 * i) + 1] = (float)(y + (Deviation * points[(2 * i) + 1]));
        }

        return (points, modes);
    }

    /// <summary>
    /// Judges samples: one is of high quality within three standard deviations of the nearest mode, and a mode is covered where at least
    /// one such sample lies near it (Srivastava et al. 2017, section 4.1). Of points of the mixture itself 98.9% are: 1 − exp(−9/2).
    /// </summary>
    /// <param name="points">x and y of each sample.</param>
    /// <returns>For each mode, how many samples of high quality it has.</returns>
    public int[] HighQuality(ReadOnlySpan<float> points)
    {
        int[] counts = new int[Centres.Count];
        for (int i = 0; i + 1 < points.Length; i += 2)
        {
            int nearest = 0;
            double least = double.PositiveInfinity;
            for (int mode = 0; mode < Centres.Count; mode++)
            {
                double x = points[i] - Centres[mode].X, y = points[i + 1] - Centres[mode].Y;
                double square = (x * x) + (y * y);
                (nearest, least) = square < least ? (mode, square) : (nearest, least);
            }

            // A point that is no number has no nearest mode.
            counts[nearest] += least <= 9 * Deviation * Deviation ? 1 : 0;
        }

        return counts;
    }
}
