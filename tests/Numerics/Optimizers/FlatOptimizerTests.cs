using System.Security.Cryptography;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics.Tests;

public sealed class FlatOptimizerTests
{
    [Theory]
    [MemberData(nameof(OptimizerCases.All), MemberType = typeof(OptimizerCases))]
    public void Fused_steps_follow_the_formulas(string python) =>
        Assert.All(Run(python, ScalarType.Float32).Zip(Reference(python)), pair => Assert.Equal(pair.Second, pair.First, 2e-6 * (1 + Math.Abs(pair.Second))));

    [Theory]
    [MemberData(nameof(OptimizerCases.All), MemberType = typeof(OptimizerCases))]
    public void Tensor_steps_follow_the_formulas(string python) =>
        Assert.All(Run(python, ScalarType.Float64).Zip(Reference(python)), pair => Assert.Equal(pair.Second, pair.First, 1e-12 * (1 + Math.Abs(pair.Second))));

    /// <summary>Pins the bits of all fused steps: the same on every processor, with vectors of any width or none.</summary>
    [Fact]
    public void Fused_steps_have_the_same_bits_everywhere()
    {
        var bits = OptimizerCases.Names.SelectMany(python => Run(python, ScalarType.Float32)).SelectMany(value => BitConverter.GetBytes((float)value)).ToArray();
        Assert.Equal("53d5aa2fde233084", Convert.ToHexStringLower(SHA256.HashData(bits))[..16]);
    }

    /// <summary>Elementwise, whether an element meets whole vectors or the padded rest: what makes shards equal the whole.</summary>
    [Theory]
    [MemberData(nameof(OptimizerCases.All), MemberType = typeof(OptimizerCases))]
    public void Shards_of_any_length_give_the_bits_of_the_whole(string python)
    {
        var whole = Run(python, ScalarType.Float32);
        for (var (at, length) = (0, 1); at < OptimizerCases.Count; at += length++)
        {
            var taken = Math.Min(length, OptimizerCases.Count - at);
            Assert.Equal(whole[at..(at + taken)], Run(python, ScalarType.Float32, at, taken));
        }
    }

    [Theory]
    [MemberData(nameof(OptimizerCases.All), MemberType = typeof(OptimizerCases))]
    public void A_step_in_parts_has_the_bits_of_a_whole_one(string python)
    {
        using var values = tensor(OptimizerCases.Values());
        using var copy = values.clone();
        using var whole = FlatOptimizer.Create(OptimizerCases.Options(python), OptimizerCases.Count, CPU);
        using var parts = FlatOptimizer.Create(OptimizerCases.Options(python), OptimizerCases.Count, CPU);
        Assert.True(parts.StepsInParts);
        for (var step = 0; step < 3; step++)
        {
            using var gradients = values.clone();
            gradients.mul_(0.3).add_(step);
            whole.Step(values, gradients, 0.7);
            for (var (at, length) = (0, step + 1); at < OptimizerCases.Count; at += length++)
            {
                length = Math.Min(length, OptimizerCases.Count - at);
                using var part = gradients.narrow(0, at, length);
                parts.StepPart(copy, part, at, 0.7);
            }

            parts.EndStep();
            Assert.Equal(values.AsFloats().ToArray(), copy.AsFloats().ToArray());
        }

        using var beyond = zeros(2);
        Assert.Contains("from element", Assert.Throws<ArgumentException>(() => parts.StepPart(copy, beyond, OptimizerCases.Count - 1)).Message);
    }

    /// <summary>Whole, and in parts that begin where vectors are aligned and where they are not.</summary>
    [Theory]
    [MemberData(nameof(OptimizerCases.All), MemberType = typeof(OptimizerCases))]
    public void A_step_into_other_memory_has_the_same_bits_and_leaves_the_state(string python)
    {
        using var values = tensor(OptimizerCases.Values());
        using var copy = values.clone();
        using var inPlace = FlatOptimizer.Create(OptimizerCases.Options(python), OptimizerCases.Count, CPU);
        using var apart = FlatOptimizer.Create(OptimizerCases.Options(python), OptimizerCases.Count, CPU);
        foreach (var part in new[] { OptimizerCases.Count, 16, 3 })
        {
            Step(inPlace, values, 0, 2);
            Step(apart, copy, 0, 1);
            NamedTensor[] held = [.. apart.State.Select(state => state with { Value = state.Value.detach() })];
            var before = held.Select(state => state.Value.AsFloats().ToArray()).ToArray();
            apart.StepInto([.. apart.State.Select(state => full_like(state.Value, 9))]);
            Assert.True(apart.LeavesState);
            using var gradients = tensor(OptimizerCases.Gradients(1));
            for (var at = 0; at < OptimizerCases.Count; at += part)
            {
                using var some = gradients.narrow(0, at, Math.Min(part, OptimizerCases.Count - at));
                apart.StepPart(copy, some, at);
            }

            apart.EndStep();
            Assert.False(apart.LeavesState);
            Assert.Equal(inPlace.Steps, apart.Steps);
            Assert.Equal(values.AsFloats().ToArray(), copy.AsFloats().ToArray());
            Assert.Equal(States(inPlace), States(apart));
            Assert.Equal(before, held.Select(state => state.Value.AsFloats().ToArray()));
            foreach (var state in held) state.Value.Dispose();
        }

        static float[][] States(FlatOptimizer optimizer) => [.. optimizer.State.Select(state => state.Value.AsFloats().ToArray())];
    }

    [Fact]
    public void Memory_for_the_next_state_that_does_not_fit_is_refused()
    {
        using var optimizer = FlatOptimizer.Create(new AdamOptions(), 4, CPU);
        using var wide = FlatOptimizer.Create(new SgdOptions(0.1, Momentum: 0.9), 4, CPU, ScalarType.Float64);
        using var right = zeros(4);
        using var shorter = zeros(3);
        Assert.Contains("in place", Assert.Throws<InvalidOperationException>(() => wide.StepInto([right])).Message);
        Assert.Contains("2 vectors of state; there is memory for 1", Assert.Throws<ArgumentException>(() => optimizer.StepInto([right])).Message);
        Assert.Contains("of shape [3]", Assert.Throws<ArgumentException>(() => optimizer.StepInto([right, shorter])).Message);
        Assert.False(optimizer.LeavesState);
        optimizer.StepInto([zeros(4), zeros(4)]);
        Assert.Contains("not been taken", Assert.Throws<InvalidOperationException>(() => optimizer.StepInto([right, right])).Message);
    }

    [Theory]
    [MemberData(nameof(OptimizerCases.All), MemberType = typeof(OptimizerCases))]
    public void Loaded_state_continues_with_the_same_bits(string python)
    {
        using var values = tensor(OptimizerCases.Values());
        using var first = FlatOptimizer.Create(OptimizerCases.Options(python), OptimizerCases.Count, CPU);
        Step(first, values, 0, 7);
        using var copy = values.clone();
        using var second = FlatOptimizer.Create(OptimizerCases.Options(python), OptimizerCases.Count, CPU);
        foreach (var (from, to) in first.State.Zip(second.State))
        {
            Assert.Equal(from.Name, to.Name);
            to.Value.copy_(from.Value);
        }

        second.Steps = first.Steps;
        Step(first, values, 7, 13);
        Step(second, copy, 7, 13);
        Assert.Equal(13, second.Steps);
        Assert.Equal(values.AsFloats().ToArray(), copy.AsFloats().ToArray());
    }

    [Theory]
    [InlineData("SGD(p, lr=0.1)", "")]
    [InlineData("SGD(p, lr=0.1, momentum=0.9)", "momentum_buffer")]
    [InlineData("Adam(p, lr=0.01)", "exp_avg exp_avg_sq")]
    [InlineData("AdamW(p, lr=0.01)", "exp_avg exp_avg_sq")]
    [InlineData("RMSprop(p, lr=0.01)", "square_avg")]
    [InlineData("RMSprop(p, lr=0.01, alpha=0.9, centered=True, momentum=0.5)", "square_avg grad_avg momentum_buffer")]
    public void State_bears_the_names_of_PyTorch(string python, string names)
    {
        using var optimizer = FlatOptimizer.Create(OptimizerCases.Options(python), 5, CPU);
        Assert.Equal(names, string.Join(' ', optimizer.State.Select(state => state.Name)));
        Assert.All(optimizer.State, state => Assert.Equal([5L], state.Value.shape));
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Scales_of_gradient_and_learning_rate_multiply(ScalarType dtype)
    {
        using var values = ones(9, dtype);
        using var gradients = ones(9, dtype);
        using var optimizer = FlatOptimizer.Create(new SgdOptions(0.5), 9, CPU, dtype);
        optimizer.LearningRateScale = 0.25;
        optimizer.Step(values, gradients, gradientScale: 2);
        using var expected = full([9], 0.75, dtype);
        Assert.True(values.AsBytes().SequenceEqual(expected.AsBytes()));
        using var untouched = ones(9, dtype);
        Assert.True(gradients.AsBytes().SequenceEqual(untouched.AsBytes()));
    }

    [Fact]
    public void A_constant_gradient_gives_no_NaN_where_the_variance_vanishes()
    {
        using var values = zeros(20);
        using var gradients = full([20], 0.1, ScalarType.Float32);
        using var optimizer = FlatOptimizer.Create(new RmsPropOptions(1e-3, 0.5, Centered: true), 20, CPU);
        for (var step = 0; step < 200; step++) optimizer.Step(values, gradients);
        Assert.All(values.AsFloats().ToArray(), value => Assert.True(float.IsFinite(value)));
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void No_tensor_is_left_behind(ScalarType dtype)
    {
        var before = LiveTensors.Settled();
        foreach (var python in OptimizerCases.Names) Run(python, dtype);
        if (dtype == ScalarType.Float32) Apart();
        Assert.Equal(before, Tensor.TotalCount);

        // One memory is taken into use, the other is not.
        static void Apart()
        {
            using var values = zeros(5);
            using var optimizer = FlatOptimizer.Create(new AdamOptions(), 5, CPU);
            for (var time = 0; time < 2; time++)
            {
                optimizer.StepInto([zeros(5), zeros(5)]);
                if (time == 0) optimizer.Step(values, values);
            }
        }
    }

    [Fact]
    public void Tensors_that_do_not_fit_are_refused()
    {
        using var optimizer = FlatOptimizer.Create(new AdamOptions(), 4, CPU);
        using var right = zeros(4);
        using var shorter = zeros(3);
        using var wide = zeros(4, ScalarType.Float64);
        using var square = zeros(2, 2);
        Assert.Contains("gradients are Float32 of shape [3]", Assert.Throws<ArgumentException>(() => optimizer.Step(right, shorter)).Message);
        Assert.Contains("values are Float64", Assert.Throws<ArgumentException>(() => optimizer.Step(wide, right)).Message);
        Assert.Contains("[2, 2]", Assert.Throws<ArgumentException>(() => optimizer.Step(square, right)).Message);
        Assert.Equal(0, optimizer.Steps);
        Assert.Throws<ArgumentOutOfRangeException>(() => optimizer.Steps = -1);
        Assert.Throws<ArgumentException>(() => optimizer.LearningRateScale = -1);
        Assert.Throws<ArgumentException>(() => optimizer.LearningRateScale = double.NaN);
        Assert.Throws<ArgumentOutOfRangeException>(() => FlatOptimizer.Create(new AdamOptions(), 0, CPU));
        Assert.Contains("more shards", Assert.Throws<ArgumentOutOfRangeException>(() => FlatOptimizer.Create(new AdamOptions(), 1L << 29, CPU)).Message);
        Assert.Throws<ArgumentException>(() => FlatOptimizer.Create(null!, 4, CPU));
    }

    internal static double[] Run(string python, ScalarType dtype, int at = 0, int count = OptimizerCases.Count)
    {
        using var start = tensor(OptimizerCases.Values()[at..(at + count)]);
        using var values = start.to_type(dtype);
        using var optimizer = FlatOptimizer.Create(OptimizerCases.Options(python), count, CPU, dtype);
        for (var step = 0; step < OptimizerCases.Steps; step++)
        {
            using var narrow = tensor(OptimizerCases.Gradients(step)[at..(at + count)]);
            using var gradients = narrow.to_type(dtype);
            optimizer.Step(values, gradients);
        }

        Assert.Equal(OptimizerCases.Steps, optimizer.Steps);
        return dtype == ScalarType.Float64 ? values.AsDoubles().ToArray() : [.. values.AsFloats().ToArray().Select(value => (double)value)];
    }

    private static double[] Reference(string python)
    {
        var values = OptimizerCases.Values().Select(value => (double)value).ToArray();
        var optimizer = new ReferenceOptimizer(OptimizerCases.Options(python), values.Length);
        for (var step = 0; step < OptimizerCases.Steps; step++) optimizer.Step(values, [.. OptimizerCases.Gradients(step).Select(gradient => (double)gradient)]);
        return values;
    }

    private static void Step(FlatOptimizer optimizer, Tensor values, int from, int to)
    {
        for (var step = from; step < to; step++)
        {
            using var gradients = tensor(OptimizerCases.Gradients(step));
            optimizer.Step(values, gradients);
        }
    }
}
