using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.TorchSharp.Tests;

public sealed class GeneratorTests
{
    private static readonly Dictionary<string, Func<Generator, Tensor>> Draws = new()
    {
        ["rand"] = g => rand(5, 3, generator: g),
        ["randn"] = g => randn([40], dtype: float64, generator: g),
        ["randint"] = g => randint(3, 900, [50], generator: g),
        ["randperm"] = g => randperm(30, generator: g),
        ["normal"] = g => normal(1, 2, [20], generator: g),
        ["bernoulli"] = g => full(50, 0.4).bernoulli(generator: g),
        ["multinomial"] = g => ones(6).multinomial(20, replacement: true, generator: g),
        ["poisson"] = g => full(30, 4.0).poisson(generator: g),
        ["uniform_"] = g => empty(30).uniform_(-1, 1, generator: g),
        ["normal_"] = g => empty(30).normal_(1, 2, generator: g),
        ["bernoulli_"] = g => empty(60).bernoulli_(0.3, generator: g),
        ["exponential_"] = g => empty(30).exponential_(2, generator: g),
    };

    public static TheoryData<string> Names => new(Draws.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_seed_makes_the_same_draws_and_a_state_can_be_taken_back(string name)
    {
        using var scope = NewDisposeScope();
        using var one = new Generator(7);
        using var same = new Generator(7);
        using var other = new Generator(8);
        var first = Draws[name](one);
        Assert.True(first.Equals(Draws[name](same)));
        Assert.False(first.Equals(Draws[name](other)));

        var state = one.get_state();
        var second = Draws[name](one);
        Assert.False(first.Equals(second));
        one.set_state(state);
        Assert.True(second.Equals(Draws[name](one)));
        Assert.True(first.Equals(Draws[name](one.manual_seed(7))));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_named_generator_leaves_the_global_one_alone(string name)
    {
        using var scope = NewDisposeScope();
        var before = Generator.Default.get_state();
        using var mine = new Generator(7);
        Draws[name](mine);
        Assert.True(before.Equals(Generator.Default.get_state()));
    }

    [Fact]
    public void A_generator_tells_its_seed()
    {
        using var generator = new Generator(123);
        Assert.Equal(123, generator.initial_seed());
        Assert.Equal(-5, generator.manual_seed(-5).initial_seed());
        Assert.Equal("cpu", generator.device.ToString());
    }

    [Fact]
    public void Draws_have_the_moments_of_their_distribution()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        var n = 100_000L;
        var normals = randn(n, dtype: float64, generator: generator);
        // Four standard errors.
        Assert.InRange(normals.mean().item<double>(), -4 / Math.Sqrt(n), 4 / Math.Sqrt(n));
        Assert.InRange(normals.var().item<double>(), 1 - 4 * Math.Sqrt(2.0 / n), 1 + 4 * Math.Sqrt(2.0 / n));
        var uniforms = empty(n, dtype: float64).uniform_(2, 4, generator: generator);
        Assert.InRange(uniforms.mean().item<double>(), 3 - 4 * Math.Sqrt(1 / 3.0 / n), 3 + 4 * Math.Sqrt(1 / 3.0 / n));
        Assert.InRange(uniforms.min().item<double>(), 2, 2.001);
        Assert.InRange(uniforms.max().item<double>(), 3.999, 4);
    }
}
