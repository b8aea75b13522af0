namespace Cluster.Grains.Tests;

/// <summary>Gradients that are rounded on their way to the shards.</summary>
[Trait("Orleans", "either")]
public sealed class WirePrecisionTests
{
    [Theory]
    [InlineData("bfloat16", true)]
    [InlineData("float16", true)]
    [InlineData("bfloat16", false)]
    public async Task Rounded_gradients_give_the_same_files_on_one_and_on_three_silos(string precision, bool bulk)
    {
        string[] rounded = ["replicas=3", "shards=2", "batch=64", $"exchange.precision={precision}"];
        SortedDictionary<string, string> one = await Sums(1, bulk, rounded), three = await Sums(3, bulk, rounded);
        Assert.Equal(one, three);
        Assert.NotEqual(one, await Sums(1, bulk, rounded[..3]));
    }

    [Theory]
    [InlineData("bfloat16", 8)]
    [InlineData("float16", 11)]
    public async Task A_gradient_keeps_the_bits_that_its_format_has(string precision, int bits)
    {
        // Plain SGD with rate 1 moves by the gradient itself.
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string[] sgd = ["steps=1", "optimizer={name: sgd, learningRate: 1}"];
        await cluster.Finish("start", "steps=1", "optimizer={name: sgd, learningRate: 1e-30}");
        await cluster.Finish("exact", sgd);
        await cluster.Finish("rounded", [.. sgd, $"exchange.precision={precision}"]);
        float[] start = SameBitsTests.Values(cluster, "discriminator", "start"), exact = SameBitsTests.Values(cluster, "discriminator", "exact"), rounded = SameBitsTests.Values(cluster, "discriminator", "rounded");
        double unit = Math.Pow(2, -bits);
        int changed = 0;
        for (int i = 0; i < start.Length; i++)
        {
            // Besides its own rounding there are those of the two subtractions, and half precision's fixed steps near zero.
            double gradient = start[i] - (double)exact[i], allowed = (unit * Math.Abs(gradient)) + (3e-7 * Math.Abs(start[i])) + 1e-7;
            Assert.InRange(start[i] - (double)rounded[i], gradient - allowed, gradient + allowed);
            changed += exact[i] != rounded[i] ? 1 : 0;
        }

        Assert.True(changed > start.Length / 4, $"only {changed} of {start.Length} parameters show that gradients were rounded");
    }

    [Theory]
    [InlineData("bfloat16")]
    [InlineData("float16")]
    public async Task Training_with_rounded_gradients_goes_where_training_with_exact_ones_goes(string precision)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        string[] run = ["steps=200", "optimizer={name: sgd, learningRate: 0.05}"];
        await cluster.Finish("start", "steps=1", "optimizer={name: sgd, learningRate: 1e-30}");
        await cluster.Finish("exact", run);
        await cluster.Finish("rounded", [.. run, $"exchange.precision={precision}"]);
        foreach (string role in new[] { "generator", "discriminator" })
        {
            float[] start = SameBitsTests.Values(cluster, role, "start"), exact = SameBitsTests.Values(cluster, role, "exact"), rounded = SameBitsTests.Values(cluster, role, "rounded");
            Assert.InRange(Distance(exact, rounded), 0, 0.02 * Distance(start, exact));
        }
    }

    private static double Distance(float[] a, float[] b) => Math.Sqrt(a.Zip(b, (x, y) => ((double)x - y) * ((double)x - y)).Sum());

    private static async Task<SortedDictionary<string, string>> Sums(short silos, bool bulk, string[] overrides)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start(silos, bulk: options => (options.Enabled, options.Threshold) = (bulk, 256));
        await cluster.Finish("run", overrides);
        return cluster.Sums("run");
    }
}
