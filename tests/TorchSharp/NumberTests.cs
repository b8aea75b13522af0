using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.TorchSharp.Tests;

/// <summary>Numbers as operands: the element type stays the tensor's, and the bits are those of a tensor of that number.</summary>
public sealed class NumberTests
{
    private static readonly Dictionary<string, (Func<Tensor, Scalar, Tensor> WithNumber, Func<Tensor, Tensor, Tensor> WithTensor)> Operations = new()
    {
        ["add"] = ((x, n) => x.add(n), (x, n) => x.add(n)),
        ["add_"] = ((x, n) => x.clone().add_(n), (x, n) => x.add(n)),
        ["add, alpha"] = ((x, n) => x.add(n, 3), (x, n) => x.add(n, 3)),
        ["sub"] = ((x, n) => x.sub(n), (x, n) => x.sub(n)),
        ["sub_"] = ((x, n) => x.clone().sub_(n), (x, n) => x.sub(n)),
        ["mul"] = ((x, n) => x.mul(n), (x, n) => x.mul(n)),
        ["mul_"] = ((x, n) => x.clone().mul_(n), (x, n) => x.mul(n)),
        ["div"] = ((x, n) => x.div(n), (x, n) => x.div(n)),
        ["div_"] = ((x, n) => x.clone().div_(n), (x, n) => x.div(n)),
        ["div, floor"] = ((x, n) => x.div(n, RoundingMode.floor), (x, n) => x.div(n, RoundingMode.floor)),
    };

    public static TheoryData<string, ScalarType, double> Cases
    {
        get
        {
            var cases = new TheoryData<string, ScalarType, double>();
            foreach (var name in Operations.Keys)
                foreach (var type in new[] { ScalarType.Float32, ScalarType.Float64 })
                    foreach (var number in new[] { 0.1, -3, 1e-40, 1e300, double.PositiveInfinity })
                        cases.Add(name, type, number);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_number_acts_as_a_tensor_of_it(string name, ScalarType type, double number)
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1 / 3.0, -2.7, 1e-30, 5e20 }).to(type);
        var expected = Operations[name].WithTensor(x, tensor(number).to(type));
        var actual = Operations[name].WithNumber(x, number);
        Assert.Equal(type, actual.dtype);
        Assert.Equal(expected.bytes.ToArray(), actual.bytes.ToArray());
    }

    [Fact]
    public void The_kind_of_a_number_decides_where_the_tensor_has_a_lower_one()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(ScalarType.Int64, (ones(2, dtype: int64) + 1).dtype);
        Assert.Equal(ScalarType.Float32, (ones(2, dtype: int64) + 0.5).dtype);
        Assert.Equal(ScalarType.Int64, (ones(2, dtype: @bool) * 3).dtype);
        Assert.Equal(ScalarType.Float16, (ones(2, dtype: float16) * 3.0).dtype);
        Assert.Equal(ScalarType.Float32, (ones(2) + true).dtype);
        var error = Assert.Throws<ExternalException>(() => ones(2, dtype: int64).add_(0.5));
        Assert.Contains("can't be cast to the desired output type", error.Message);
    }

    [Fact]
    public void Gradients_flow_past_numbers_in_float32()
    {
        using var scope = NewDisposeScope();
        var x = ones(3).requires_grad_();
        ((2 - x * 3 + 1) / 4 - 0.5).sum().backward();
        Assert.Equal([-0.75f, -0.75f, -0.75f], x.grad!.data<float>().ToArray());
    }
}
