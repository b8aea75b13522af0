using Cluster.Numerics;

namespace Cluster.Models.Evaluation;

/// <summary>What k-means found.</summary>
/// <param name="Centers">k × dimensions, row by row.</param>
/// <param name="Clusters">The cluster of each point.</param>
/// <param name="Inertia">Sum of squared distances of the points from their centers.</param>
public sealed record Clustering(double[] Centers, int[] Clusters, double Inertia);

/// <summary>
/// k-means by Lloyd's iterations from k-means++ seeds (Arthur and Vassilvitskii 2007), the best of several starts. Sums run in the
/// points' order.
/// </summary>
public static class KMeans
{
    /// <summary>Clusters points.</summary>
    /// <param name="points">count × dimensions, row by row.</param>
    /// <param name="dimensions">Elements of a point.</param>
    /// <param name="clusters">k, at least 1 and at most the number of points.</param>
    /// <param name="stream">Gives the seeds.</param>
    /// <param name="starts">How often to begin anew.</param>
    /// <param name="iterations">Most iterations of a start.</param>
    public static Clustering Fit(ReadOnlySpan<float> points, int dimensions, int clusters, RandomStream stream, int starts = 4, int iterations = 100)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(starts, 1);
        int count = points.Length / dimensions;
        if (points.Length % dimensions != 0 || clusters < 1 || clusters > count)
        {
            throw new ArgumentException($"{points.Length} values are not {clusters} or more points of {dimensions} elements.", nameof(points));
        }

        double[] x = new double[points.Length];
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = points[i];
        }

        Clustering? best = null;
        for (int start = 0; start < starts; start++)
        {
            Clustering found = Lloyd(x, dimensions, Seeds(x, dimensions, clusters, stream), iterations);
            if (best is null || found.Inertia < best.Inertia)
            {
                best = found;
            }
        }

        return best!;
    }

    /// <summary>The share of points whose cluster, under the best one-to-one naming of clusters by labels, is their label.</summary>
    /// <param name="clusters">The cluster of each point, from 0.</param>
    /// <param name="labels">The label of each point, from 0.</param>
    public static double Accuracy(ReadOnlySpan<int> clusters, ReadOnlySpan<int> labels)
    {
        if (clusters.Length != labels.Length || clusters.IsEmpty)
        {
            throw new ArgumentException($"{clusters.Length} clustered points do not fit {labels.Length} labels.", nameof(labels));
        }

        int clusterCount = 0, labelCount = 0;
        for (int i = 0; i < clusters.Length; i++)
        {
            (clusterCount, labelCount) = (Math.Max(clusterCount, clusters[i] + 1), Math.Max(labelCount, labels[i] + 1));
        }

        double[,] together = new double[clusterCount, labelCount];
        for (int i = 0; i < clusters.Length; i++)
        {
            together[clusters[i], labels[i]]++;
        }

        int[] labelOf = Assignment.Largest(together);
        double right = 0;
        for (int cluster = 0; cluster < clusterCount; cluster++)
        {
            right += labelOf[cluster] < 0 ? 0 : together[cluster, labelOf[cluster]];
        }

        return right / clusters.Length;
    }

    private static double[] Seeds(double[] x, int dimensions, int clusters, RandomStream stream)
    {
        int count = x.Length / dimensions;
        double[] centers = new double[clusters * dimensions];
        double[] nearest = new double[count];
        Array.Fill(nearest, double.PositiveInfinity);
        Span<double> drawn = stackalloc double[1];
        int chosen = stream.Next(count);
        for (int cluster = 0; cluster < clusters; cluster++)
        {
            x.AsSpan(chosen * dimensions, dimensions).CopyTo(centers.AsSpan(cluster * dimensions));
            double total = 0;
            for (int i = 0; i < count; i++)
            {
                nearest[i] = Math.Min(nearest[i], Distance(x, i, centers, cluster, dimensions));
                total += nearest[i];
            }

            // The next seed is a point with probability proportional to its squared distance from those before.
            stream.FillUniform(drawn);
            double left = drawn[0] * total;
            for (chosen = 0; chosen < count - 1 && (left -= nearest[chosen]) >= 0;)
            {
                chosen++;
            }
        }

        return centers;
    }

    private static Clustering Lloyd(double[] x, int dimensions, double[] centers, int iterations)
    {
        int count = x.Length / dimensions, clusters = centers.Length / dimensions;
        int[] cluster = new int[count];
        Array.Fill(cluster, -1);
        double inertia = 0;
        for (int iteration = 0; iteration < iterations; iteration++)
        {
            bool moved = false;
            inertia = 0;
            for (int i = 0; i < count; i++)
            {
                (int best, double least) = (0, double.PositiveInfinity);
                for (int k = 0; k < clusters; k++)
                {
                    double distance = Distance(x, i, centers, k, dimensions);
                    if (distance < least)
                    {
                        (best, least) = (k, distance);
                    }
                }

                moved |= cluster[i] != best;
                cluster[i] = best;
                inertia += least;
            }

            if (!moved)
            {
                break;
            }

            Recentre(x, dimensions, cluster, centers);
        }

        return new Clustering(centers, cluster, inertia);
    }

    /// <summary>Every center becomes the mean of its points; one without points stays.</summary>
    private static void Recentre(double[] x, int dimensions, int[] cluster, double[] centers)
    {
        int[] members = new int[centers.Length / dimensions];
        double[] sums = new double[centers.Length];
        for (int i = 0; i < cluster.Length; i++)
        {
            members[cluster[i]]++;
            for (int d = 0; d < dimensions; d++)
            {
                sums[(cluster[i] * dimensions) + d] += x[(i * dimensions) + d];
            }
        }

        for (int j = 0; j < centers.Length; j++)
        {
            centers[j] = members[j / dimensions] > 0 ? sums[j] / members[j / dimensions] : centers[j];
        }
    }

    private static double Distance(double[] x, int point, double[] centers, int center, int dimensions)
    {
        double sum = 0;
        for (int d = 0; d < dimensions; d++)
        {
            double apart = x[(point * dimensions) + d] - centers[(center * dimensions) + d];
            sum += apart * apart;
        }

        return sum;
    }
}
