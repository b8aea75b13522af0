using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.TorchSharp.Tests;

public sealed class InPlaceTests
{
    private static readonly Dictionary<string, (Func<Tensor, Tensor> Change, Func<double, double> Expected)> Operations = new()
    {
        ["add_"] = (x => x.add_(full(4, 2.0, dtype: float64)), v => v + 2),
        ["add_, alpha"] = (x => x.add_(full(4, 2.0, dtype: float64), 0.5), v => v + 1),
        ["add_, number"] = (x => x.add_(3), v => v + 3),
        ["sub_"] = (x => x.sub_(0.5), v => v - 0.5),
        ["mul_"] = (x => x.mul_(2.5), v => v * 2.5),
        ["div_"] = (x => x.div_(4), v => v / 4),
        ["pow_"] = (x => x.pow_(2), v => v * v),
        ["neg_"] = (x => x.neg_(), v => -v),
        ["exp_"] = (x => x.exp_(), Math.Exp),
        ["sqrt_"] = (x => x.sqrt_(), Math.Sqrt),
        ["log_"] = (x => x.log_(), Math.Log),
        ["tanh_"] = (x => x.tanh_(), Math.Tanh),
        ["sigmoid_"] = (x => x.sigmoid_(), v => 1 / (1 + Math.Exp(-v))),
        ["reciprocal_"] = (x => x.reciprocal_(), v => 1 / v),
        ["clamp_"] = (x => x.clamp_(0.7, 2), v => Math.Clamp(v, 0.7, 2)),
        ["clamp_min_"] = (x => x.clamp_min_(2), v => Math.Max(v, 2)),
        ["lerp_"] = (x => x.lerp_(zeros(4, dtype: float64), full(1, 0.25, dtype: float64)), v => 0.75 * v),
        ["addcmul_"] = (x => x.addcmul_(full(4, 2.0, dtype: float64), full(4, 3.0, dtype: float64), 0.5), v => v + 3),
        ["addcdiv_"] = (x => x.addcdiv_(full(4, 6.0, dtype: float64), full(4, 3.0, dtype: float64), 0.5), v => v + 1),
        ["fill_"] = (x => x.fill_(9), _ => 9),
        ["zero_"] = (x => x.zero_(), _ => 0),
        ["copy_"] = (x => x.copy_(full(4, 5, dtype: int64)), _ => 5),
        ["masked_fill_"] = (x => x.masked_fill_(x > 1, -1), v => v > 1 ? -1 : v),
    };

    public static TheoryData<string> Names => new(Operations.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void An_operation_changes_the_tensor_and_returns_it(string name)
    {
        using var scope = NewDisposeScope();
        double[] values = [0.5, 1, 1.5, 3];
        var x = tensor(values);
        var view = x.view(2, 2);
        var returned = Operations[name].Change(x);
        if (name != "zero_") Assert.Same(x, returned); // TorchSharp 0.107 answers a second wrapper of the same tensor there
        var changed = view.data<double>().ToArray();
        for (var i = 0; i < values.Length; i++) Assert.Equal(Operations[name].Expected(values[i]), changed[i], 14);
    }

    [Fact]
    public void A_change_of_what_backward_needs_is_an_error()
    {
        using var scope = NewDisposeScope();
        var x = ones(3).requires_grad_();
        var y = x * 2;
        var z = y.exp();
        z.add_(1);
        var error = Assert.Throws<ExternalException>(() => z.sum().backward());
        Assert.Contains("modified by an inplace operation", error.Message);
    }

    [Fact]
    public void A_leaf_that_needs_a_gradient_is_not_changed_outside_no_grad()
    {
        using var scope = NewDisposeScope();
        var x = ones(3).requires_grad_();
        var error = Assert.Throws<ExternalException>(() => x.add_(1));
        Assert.Contains("leaf Variable that requires grad", error.Message);
        using (no_grad()) x.add_(1);
        Assert.Equal(6, x.detach().sum().item<float>());
    }
}
