using static TorchSharp.torch;

namespace Cluster.Numerics.Tests;

public sealed class TensorArithmeticTests
{
    private static readonly double[] _x = [-2, -0.5, 0, 0.5, 3];

    public static TheoryData<string> Names => [.. Cases().Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_gives_what_its_formula_says(string name)
    {
        (Func<Tensor, Tensor> operation, Func<double, double> formula) = Cases()[name];
        using var scope = NewDisposeScope();
        double[] result = operation(tensor(_x)).to(ScalarType.Float64).data<double>().ToArray();
        Assert.Equal(_x.Select(formula), result, (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void A_whole_number_keeps_a_tensor_of_integers()
    {
        using var scope = NewDisposeScope();
        Tensor x = tensor(new long[] { -3, 0, 4 });
        Assert.Equal([-1L, 2, 6], x.Add(2).data<long>().ToArray());
        Assert.Equal([-5L, -2, 2], x.Sub(2).data<long>().ToArray());
        Assert.Equal([5L, 2, -2], x.SubtractedFrom(2).data<long>().ToArray());
        Assert.Equal([-6L, 0, 8], x.Mul(2).data<long>().ToArray());
        Assert.Equal([9L, 0, 16], x.Square().data<long>().ToArray());
        Assert.Equal([-27L, 0, 64], x.Pow(3).data<long>().ToArray());
        Assert.Equal([1L, 0, 0], x.Remainder(2).data<long>().ToArray());
        Assert.Equal([-1L, 0, 1], x.Clamp(-1, 1).data<long>().ToArray());
        Assert.Equal(ScalarType.Float32, x.Div(2).dtype);
        Assert.Equal([-3L, -2, -1], TensorArithmetic.Arange(-3, 0, ScalarType.Int64, CPU).data<long>().ToArray());
    }

    [Fact]
    public void Integers_too_large_for_a_float_are_compared_as_they_are()
    {
        using var scope = NewDisposeScope();
        Tensor x = tensor(new long[] { (1L << 40) + 1, 1L << 40 });
        Assert.Equal([false, true], x.Eq(1L << 40).data<bool>().ToArray());
        Assert.Equal([true, false], x.Ne(1L << 40).data<bool>().ToArray());
        Assert.Equal([true, false], x.Gt(1L << 40).data<bool>().ToArray());
        Assert.Equal([true, false], x.Ge((1L << 40) + 1).data<bool>().ToArray());
        Assert.Equal([false, true], x.Lt((1L << 40) + 1).data<bool>().ToArray());
        Assert.Equal([false, true], x.Le(1L << 40).data<bool>().ToArray());
    }

    [Fact]
    public void In_place_it_is_the_same_memory()
    {
        using var scope = NewDisposeScope();
        Tensor x = tensor(_x), whole = x.view(5);
        x.Add_(1).Mul_(2).Div_(4).Add_(ones(5, ScalarType.Float64)).Add_(ones(5, ScalarType.Float64), -3);
        x.AddCMul_(ones(5, ScalarType.Float64), ones(5, ScalarType.Float64), 2).AddCDiv_(ones(5, ScalarType.Float64), full(5, 2.0, ScalarType.Float64), 4);
        x.ClampMin_(1.75).Clamp_(0.0, 4.0).MaskedFill_(x.Gt(3.5), -7);
        Assert.Equal([1.75, 2.25, 2.5, 2.75, -7], whole.data<double>().ToArray());
        x.Fill_(0.1);
        Assert.Equal(Enumerable.Repeat(0.1, 5), whole.data<double>().ToArray());
    }

    [Fact]
    public void One_element_of_any_type_is_read_as_a_number()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(2.5, tensor(2.5f).AsDouble());
        Assert.Equal(3.0, tensor(3L).AsDouble());
        Assert.Equal(-4L, tensor(-4).AsInt64());
        Assert.True(tensor(true).AsBoolean());
        Assert.False(tensor(0).AsBoolean());
        Assert.ThrowsAny<Exception>(() => zeros(2).AsDouble());
    }

    [Theory]
    [InlineData(-800)]
    [InlineData(-30)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(30)]
    [InlineData(800)]
    public void The_softplus_and_its_derivative_hold_far_out(double at)
    {
        using var scope = NewDisposeScope();
        Tensor x = tensor(at, requires_grad: true), y = x.Softplus();
        y.backward();
        double expected = Math.Max(at, 0) + Math.Log(1 + Math.Exp(-Math.Abs(at)));
        Assert.Equal(expected, y.AsDouble(), 1e-12 + (1e-14 * expected));
        Assert.Equal(1 / (1 + Math.Exp(-at)), x.grad!.AsDouble(), 1e-12);
    }

    private static Dictionary<string, (Func<Tensor, Tensor>, Func<double, double>)> Cases() => new()
    {
        ["x + x"] = (x => x.Add(x), x => x + x),
        ["x + 3y"] = (x => x.Add(x.neg(), 3), x => -2 * x),
        ["x + 0.5"] = (x => x.Add(0.5), x => x + 0.5),
        ["x - 0.5"] = (x => x.Sub(0.5), x => x - 0.5),
        ["0.5 - x"] = (x => x.SubtractedFrom(0.5), x => 0.5 - x),
        ["0.5 x"] = (x => x.Mul(0.5), x => 0.5 * x),
        ["x / 4"] = (x => x.Div(4.0), x => x / 4),
        ["x²"] = (x => x.Square(), x => x * x),
        ["x³"] = (x => x.Pow(3), x => x * x * x),
        ["x + x·x"] = (x => x.AddCMul(x, x), x => x + (x * x)),
        ["at least 0.25"] = (x => x.ClampMin(0.25), x => Math.Max(x, 0.25)),
        ["at most 0.25"] = (x => x.ClampMax(0.25), x => Math.Min(x, 0.25)),
        ["within -1 and 1"] = (x => x.Clamp(-1.0, 1.0), x => Math.Clamp(x, -1, 1)),
        ["x = 0"] = (x => x.Eq(0.0), x => x == 0 ? 1 : 0),
        ["x ≠ 0"] = (x => x.Ne(0.0), x => x != 0 ? 1 : 0),
        ["x > 0"] = (x => x.Gt(0.0), x => x > 0 ? 1 : 0),
        ["x ≥ 0"] = (x => x.Ge(0.0), x => x >= 0 ? 1 : 0),
        ["x < 0"] = (x => x.Lt(0.0), x => x < 0 ? 1 : 0),
        ["x ≤ 0"] = (x => x.Le(0.0), x => x <= 0 ? 1 : 0),
        ["leaky"] = (x => x.LeakyRelu(0.2), x => x > 0 ? x : 0.2 * x),
        ["elu"] = (x => x.Elu(), x => x > 0 ? x : Math.Exp(x) - 1),
        ["equal"] = (x => x.FullLike(0.3), _ => 0.3),
        ["new"] = (_ => TensorArithmetic.Full(5, 0.3, ScalarType.Float64, CPU), _ => 0.3),
    };
}
