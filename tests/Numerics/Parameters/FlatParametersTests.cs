using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics.Tests;

public sealed class FlatParametersTests
{
    private static readonly ParameterLayout Layout = new(
    [
        new ParameterSpec("hidden.weight", [4, 3], Initializer.KaimingUniformFanIn(3)),
        new ParameterSpec("hidden.bias", [4], Initializer.Constant(0.25)),
        new ParameterSpec("out.weight", [1, 4], Initializer.Normal(0, 1)),
    ]);

    [Fact]
    public void Leaves_are_views_of_the_values()
    {
        using var parameters = new FlatParameters(Layout, CPU);
        using var counting = arange(20, ScalarType.Float32);
        parameters.Values.copy_(counting);
        Assert.Equal([12f, 13, 14, 15], parameters["hidden.bias"].AsFloats().ToArray());
        Assert.Equal([4L, 3L], parameters["hidden.weight"].shape);
        Assert.All(parameters.Leaves, leaf => Assert.True(leaf.requires_grad && leaf.is_leaf));
        Assert.False(parameters.Values.requires_grad);
        Assert.Same(parameters.Leaves[2], parameters["out.weight"]);
    }

    /// <summary>Backward through a small network lands in the flat vector, and equals central differences in float64.</summary>
    [Fact]
    public void Gradients_equal_finite_differences()
    {
        using var parameters = new FlatParameters(Layout, CPU, ScalarType.Float64);
        parameters.Initialize(5, "generator");
        using var inputs = zeros(8, 3, ScalarType.Float64);
        RandomStream.Named(5, "data", 0, 0, "inputs").FillNormal(inputs);
        using (NewDisposeScope()) Loss(parameters, inputs).backward();

        FiniteDifferences.AssertGradient(parameters.Values, parameters.Gradients, () => Value(parameters, inputs));
        var once = parameters.Gradients.AsDoubles().ToArray();
        using (NewDisposeScope()) Loss(parameters, inputs).backward();
        Assert.Equal(once.Select(gradient => 2 * gradient), parameters.Gradients.AsDoubles().ToArray());
        parameters.ZeroGradients();
        Assert.All(parameters.Gradients.AsDoubles().ToArray(), gradient => Assert.Equal(0, gradient));
    }

    [Fact]
    public void AttachGradients_mends_what_a_graph_keeping_backward_breaks()
    {
        using var parameters = new FlatParameters(Layout, CPU);
        parameters.Initialize(5, "generator");
        foreach (var leaf in parameters.Leaves) leaf.grad = null;
        using var inputs = ones(2, 3);
        using (NewDisposeScope()) Loss(parameters, inputs).backward();
        Assert.All(parameters.Gradients.AsFloats().ToArray(), gradient => Assert.Equal(0, gradient));

        parameters.AttachGradients();
        using (NewDisposeScope()) Loss(parameters, inputs).backward();
        Assert.Contains(parameters.Gradients.AsFloats().ToArray(), gradient => gradient != 0);
    }

    [Fact]
    public void Replicas_begin_equal_and_roles_and_seeds_differ()
    {
        using var first = new FlatParameters(Layout, CPU);
        using var second = new FlatParameters(Layout, CPU);
        first.Initialize(5, "generator");
        second.Initialize(5, "generator");
        Assert.Equal(first.Values.AsFloats().ToArray(), second.Values.AsFloats().ToArray());
        second.Initialize(5, "discriminator");
        Assert.NotEqual(first.Values.AsFloats().ToArray(), second.Values.AsFloats().ToArray());
        second.Initialize(6, "generator");
        Assert.NotEqual(first.Values.AsFloats().ToArray(), second.Values.AsFloats().ToArray());
    }

    [Fact]
    public void Each_parameter_has_a_stream_of_its_own()
    {
        using var parameters = new FlatParameters(Layout, CPU);
        parameters.Initialize(5, "generator");
        var bound = 1 / MathF.Sqrt(3);
        var expected = new float[12];
        RandomStream.Named(5, "generator", 0, 0, "init/hidden.weight").FillUniform(expected, -bound, bound);
        Assert.Equal(expected, parameters["hidden.weight"].AsFloats().ToArray());
        Assert.All(parameters["hidden.bias"].AsFloats().ToArray(), value => Assert.Equal(0.25f, value));

        var grown = new ParameterLayout(Layout.Slots.Select(slot => slot.Spec).Prepend(new ParameterSpec("new", [5, 5], Initializer.Uniform(0, 1))));
        using var larger = new FlatParameters(grown, CPU);
        larger.Initialize(5, "generator");
        Assert.Equal(parameters["out.weight"].AsFloats().ToArray(), larger["out.weight"].AsFloats().ToArray());
    }

    [Fact]
    public void Dispose_leaves_no_tensor_alive_and_scopes_leave_it_alone()
    {
        var before = LiveTensors.Settled();
        FlatParameters parameters;
        using (NewDisposeScope())
        {
            parameters = new FlatParameters(Layout, CPU);
            parameters.Initialize(1, "generator");
        }

        parameters.AttachGradients();
        Assert.Equal(before + 2 + Layout.Slots.Count, Tensor.TotalCount);
        Assert.Equal(20, parameters.Values.AsFloats().Length);
        parameters.Dispose();
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Bad_use_says_what_is_wrong()
    {
        Assert.Contains("Int64", Assert.Throws<ArgumentException>(() => new FlatParameters(Layout, CPU, ScalarType.Int64)).Message);
        using var parameters = new FlatParameters(Layout, CPU);
        Assert.Contains("hidden.bias", Assert.Throws<KeyNotFoundException>(() => parameters["bias"]).Message);
    }

    private static double Value(FlatParameters parameters, Tensor inputs)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        return Loss(parameters, inputs).item<double>();
    }

    private static Tensor Loss(FlatParameters parameters, Tensor inputs)
    {
        var hidden = nn.functional.linear(inputs, parameters["hidden.weight"], parameters["hidden.bias"]).tanh();
        var outputs = nn.functional.linear(hidden, parameters["out.weight"]);
        return (outputs * outputs).mean();
    }
}
