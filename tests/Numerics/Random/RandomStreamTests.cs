namespace Cluster.Numerics.Tests;

public sealed class RandomStreamTests
{
    private static RandomStream Stream(string purpose = "test") => RandomStream.Named(42, "generator", 0, 7, purpose);

    [Fact]
    public void Same_name_same_numbers()
    {
        var first = new float[1000];
        var second = new float[1000];
        Stream().FillNormal(first);
        Stream().FillNormal(second);
        Assert.Equal(first, second);
        Assert.Equal(Stream().DerivedSeed, Stream().DerivedSeed);
    }

    /// <summary>The first words of one stream, computed apart from this code in Python, so that a change of the naming or of the order shows: it would break every checkpoint.</summary>
    [Fact]
    public void Names_are_pinned()
    {
        var stream = RandomStream.Named(1, "generator", 2, 3, "latent");
        Assert.Equal(PinnedWords, new[] { stream.NextUInt32(), stream.NextUInt32(), stream.NextUInt32() });
        Assert.Equal(PinnedSeed, stream.DerivedSeed);
    }

    private static readonly uint[] PinnedWords = [2143363733, 751342616, 851681664];
    private const ulong PinnedSeed = 16152786671278057132;

    [Fact]
    public void Every_part_of_the_name_matters_and_the_streams_are_unrelated()
    {
        RandomStream[] streams =
        [
            RandomStream.Named(1, "generator", 2, 3, "latent"), RandomStream.Named(2, "generator", 2, 3, "latent"),
            RandomStream.Named(1, "generato", 2, 3, "rlatent"), RandomStream.Named(1, "generator", 3, 3, "latent"),
            RandomStream.Named(1, "generator", 2, 4, "latent"), RandomStream.Named(1, "generator", 2, 3, "dropout"),
        ];
        const int count = 10_000;
        var drawn = streams.Select(stream =>
        {
            var values = new float[count];
            stream.FillNormal(values);
            return values;
        }).ToArray();
        Assert.Equal(streams.Length, streams.Select(stream => stream.DerivedSeed).Distinct().Count());
        for (var a = 0; a < drawn.Length; a++)
            for (var b = a + 1; b < drawn.Length; b++)
            {
                var correlation = drawn[a].Zip(drawn[b], (x, y) => (double)x * y).Average();
                Assert.InRange(Math.Abs(correlation), 0, 4 / Math.Sqrt(count));
            }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    [InlineData(100)]
    public void Any_splitting_of_calls_gives_the_same_bits(int piece)
    {
        var whole = new float[1003];
        var pieces = new float[1003];
        var stream = Stream();
        Stream().FillNormal(whole, 1, 2);
        for (var at = 0; at < pieces.Length; at += piece) stream.FillNormal(pieces.AsSpan(at, Math.Min(piece, pieces.Length - at)), 1, 2);
        Assert.Equal(whole, pieces);
        Assert.Equal(1003, stream.Position);

        stream = Stream();
        Stream().FillUniform(whole, -1, 2);
        for (var at = 0; at < pieces.Length; at += piece) stream.FillUniform(pieces.AsSpan(at, Math.Min(piece, pieces.Length - at)), -1, 2);
        Assert.Equal(whole, pieces);
    }

    [Fact]
    public void A_number_depends_on_its_position_alone()
    {
        var whole = new float[500];
        Stream().FillNormal(whole);
        var stream = Stream();
        stream.FillUniform(new float[130]);
        stream.NextUInt32();
        var rest = new float[500 - 131];
        stream.FillNormal(rest);
        Assert.Equal(whole[131..], rest);

        stream.Position = 131;
        stream.FillNormal(rest);
        Assert.Equal(whole[131..], rest);
    }

    [Fact]
    public void Uniform_floats_are_the_upper_24_bits_of_the_words()
    {
        var words = Stream();
        var expected = Enumerable.Range(0, 200).Select(_ => (words.NextUInt32() >> 8) / 16777216f).ToArray();
        var actual = new float[200];
        Stream().FillUniform(actual);
        Assert.Equal(expected, actual);
    }

    /// <summary>Vector lanes against one number at a time, written anew: every operation is rounded by itself, so the bits must agree.</summary>
    [Fact]
    public void Normal_numbers_have_the_bits_of_scalar_arithmetic()
    {
        var words = new uint[64 * 50];
        var stream = Stream();
        for (var i = 0; i < words.Length; i++) words[i] = stream.NextUInt32();
        var expected = new float[words.Length];
        for (var chunk = 0; chunk < words.Length; chunk += 64)
            for (var pair = 0; pair < 64; pair += 32)
                for (var lane = 0; lane < 16; lane++)
                {
                    var i = chunk + pair + lane;
                    (expected[i], expected[i + 16]) = ScalarBoxMuller.Pair(words[i], words[i + 16]);
                }

        var actual = new float[words.Length];
        Stream().FillNormal(actual);
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Normal_numbers_are_close_to_exact_arithmetic()
    {
        var words = Stream();
        var actual = new float[64 * 500];
        Stream().FillNormal(actual);
        for (var chunk = 0; chunk < actual.Length; chunk += 64)
        {
            var w = new uint[64];
            for (var i = 0; i < 64; i++) w[i] = words.NextUInt32();
            for (var lane = 0; lane < 16; lane++)
            {
                var radius = Math.Sqrt(-2 * Math.Log(((w[lane] >> 1) + 0.5) / 2147483648.0));
                var (sin, cos) = Math.SinCos(Math.Tau * w[16 + lane] / 4294967296.0);
                // Rounding u to 24 bits near 1 costs the small radii relative accuracy: an absolute bound.
                Assert.Equal(radius * cos, actual[chunk + lane], 2e-4);
                Assert.Equal(radius * sin, actual[chunk + 16 + lane], 2e-4);
            }
        }
    }

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    public void Normal_numbers_pass_Kolmogorov_and_Smirnov(string purpose)
    {
        var values = new float[100_000];
        Stream(purpose).FillNormal(values, 3, 2);
        var distance = KolmogorovSmirnov.Distance(values, x => KolmogorovSmirnov.NormalCdf((x - 3) / 2));
        Assert.InRange(distance, 0, 1.63 / Math.Sqrt(values.Length)); // the 1% level; the streams are fixed
        var mean = values.Average(x => (double)x);
        Assert.Equal(3, mean, 0.03);
        Assert.Equal(4, values.Average(x => (x - mean) * (x - mean)), 0.07);
        Assert.Equal(0, values.Average(x => Math.Pow((x - mean) / 2, 3)), 0.04);
        Assert.Equal(3, values.Average(x => Math.Pow((x - mean) / 2, 4)), 0.12);
    }

    [Fact]
    public void Uniform_numbers_pass_Kolmogorov_and_Smirnov()
    {
        var values = new float[100_000];
        Stream().FillUniform(values);
        Assert.InRange(KolmogorovSmirnov.Distance(values, x => x), 0, 1.63 / Math.Sqrt(values.Length));
        Assert.All(values, x => Assert.InRange(x, 0, MathF.BitDecrement(1)));

        var doubles = new double[100_000];
        Stream().FillUniform(doubles);
        Assert.InRange(KolmogorovSmirnov.Distance(doubles.Select(x => (float)x).ToArray(), x => x), 0, 1.63 / Math.Sqrt(doubles.Length));
        Assert.All(doubles, x => Assert.InRange(x, 0, Math.BitDecrement(1)));
        Assert.Contains(doubles, x => x != (float)x);
    }

    [Fact]
    public void Uniform_numbers_never_reach_the_upper_bound()
    {
        // In [1, 1 + 2⁻²²) only two floats exist, and rounding alone would give the bound in an eighth of the draws.
        var high = 1 + 1f / (1 << 22);
        var values = new float[10_000];
        Stream().FillUniform(values, 1, high);
        Assert.All(values, x => Assert.InRange(x, 1, MathF.BitDecrement(high)));
        Stream().FillUniform(values, 5, 5);
        Assert.All(values, x => Assert.Equal(5, x));
    }

    [Fact]
    public void Normal_doubles_are_the_floats_widened()
    {
        var floats = new float[1000];
        var doubles = new double[1000];
        Stream().FillNormal(floats);
        Stream().FillNormal(doubles, 0.5, 3);
        Assert.Equal(floats.Select(x => 3.0 * x + 0.5), doubles);
    }

    [Fact]
    public void Next_is_even_over_its_range()
    {
        // A range of ¾·2³¹ would show a bias at once: without rejection the thirds differ by half.
        const int range = 3 << 29;
        var thirds = new int[3];
        var stream = Stream();
        for (var i = 0; i < 30_000; i++) thirds[stream.Next(range) / (1 << 29)]++;
        Assert.All(thirds, count => Assert.InRange(count, 9_600, 10_400));
        Assert.All(Enumerable.Range(0, 100), _ => Assert.Equal(0, stream.Next(1)));
    }

    [Fact]
    public void Permutation_holds_each_number_once_and_mixes()
    {
        var order = Stream().Permutation(1000);
        Assert.Equal(Enumerable.Range(0, 1000), order.Order());
        Assert.InRange(order.Select((value, place) => value == place).Count(fixedPoint => fixedPoint), 0, 8);
        Assert.Equal(order, Stream().Permutation(1000));
        Assert.Empty(Stream().Permutation(0));
        var used = order[..500];
        Stream().Permutation(used.AsSpan());
        Assert.Equal(Stream().Permutation(500), used);

        // All six orders of three items, each about a sixth of the time.
        var stream = Stream();
        var counts = Enumerable.Range(0, 6000).Select(_ => string.Concat(stream.Permutation(3))).GroupBy(x => x).ToDictionary(x => x.Key, x => x.Count());
        Assert.Equal(6, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 880, 1120));
    }

    [Fact]
    public void Bad_arguments_say_what_is_wrong()
    {
        var one = new float[1];
        Assert.Contains("between 2 and 1", Assert.Throws<ArgumentException>(() => Stream().FillUniform(one, 2, 1)).Message);
        Assert.Throws<ArgumentException>(() => Stream().FillUniform(one, float.NaN, 1));
        Assert.Contains("standard deviation -1", Assert.Throws<ArgumentException>(() => Stream().FillNormal(one, 0, -1)).Message);
        Assert.Throws<ArgumentException>(() => Stream().FillNormal(new double[1], double.PositiveInfinity));
        Assert.Throws<ArgumentOutOfRangeException>(() => Stream().Next(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Stream().Permutation(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Stream().Position = -1);
        Assert.Throws<ArgumentNullException>(() => RandomStream.Named(0, null!, 0, 0, ""));
        Assert.Throws<ArgumentNullException>(() => RandomStream.Named(0, "", 0, 0, null!));
    }
}
