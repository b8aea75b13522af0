using Cluster.Models.Adversarial;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests.Adversarial;

public sealed class BatchDiversityTests
{
    [Fact]
    public void The_mean_squared_distance_is_that_of_all_pairs()
    {
        using DisposeScope scope = NewDisposeScope();
        float[,] rows = { { 1, 2, 3 }, { 0, -1, 4 }, { 5, 5, 5 }, { -2, 0.5f, 1 } };
        double sum = 0;
        for (int a = 0; a < 4; a++)
        {
            for (int b = 0; b < 4; b++)
            {
                sum += Enumerable.Range(0, 3).Sum(i => Math.Pow(rows[a, i] - rows[b, i], 2));
            }
        }

        Assert.Equal(sum / 12, BatchDiversity.MeanSquaredDistance(tensor([.. rows.Cast<float>()], 4, 3)), 1e-4);
        Assert.Equal(0, BatchDiversity.MeanSquaredDistance(ones(5, 3)));
    }

    [Fact]
    public void A_row_is_of_the_class_whose_mean_is_nearest()
    {
        using DisposeScope scope = NewDisposeScope();
        // Class 0 around (0, 0), class 2 around (10, 0); no row of class 1.
        Tensor real = tensor(new float[] { -1, 0, 1, 0, 9, 0, 11, 0 }, 4, 2), rows = tensor(new float[] { 4.9f, 3, 5.1f, -3, 100, 0 }, 3, 2);
        Assert.Equal([0, 2, 2], BatchDiversity.NearestClass(rows, real, [0, 0, 2, 2], 3));
    }
}
