using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Cluster.TorchSharp.Tests;

/// <summary>What libtorch refuses becomes an exception of this thread, with libtorch's own words.</summary>
public sealed class ErrorTests
{
    private static readonly Dictionary<string, (Action Do, string Says)> Wrong = new()
    {
        ["mm"] = (() => ones(2, 3).mm(ones(2, 3)), "mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)"),
        ["add"] = (() => _ = ones(2) + ones(3), "must match the size of tensor b (3)"),
        ["add_"] = (() => ones(2).add_(ones(3)), "must match the size of tensor b (3)"),
        ["view"] = (() => ones(6).view(4, 2), "shape '[4, 2]' is invalid for input of size 6"),
        ["linear"] = (() => F.linear(ones(2, 3), ones(4, 5)), "mat1 and mat2 shapes cannot be multiplied (2x3 and 5x4)"),
        ["cat"] = (() => cat([ones(2, 3), ones(2, 4)]), "Sizes of tensors must match except in dimension 0"),
        ["narrow"] = (() => ones(3).narrow(0, 2, 5), "exceeds dimension size (3)"),
        ["select"] = (() => ones(3).select(0, 3), "index 3 out of range"),
        ["dimension"] = (() => ones(3).sum(2), "Dimension out of range"),
        ["split"] = (() => ones(5).split([2, 2]), "split_with_sizes expects split_sizes to sum exactly to 5"),
        ["topk"] = (() => ones(2).topk(3), "selected index k out of range"),
        ["cholesky"] = (() => linalg.cholesky(-eye(2)), "is not positive-definite"),
        ["conv2d"] = (() => F.conv2d(ones(1, 3, 8, 8), ones(4, 2, 3, 3)), "expected input[1, 3, 8, 8] to have 2 channels"),
        ["requires_grad"] = (() => ones(2, dtype: int64).requires_grad_(), "Only Tensors of floating point"),
        ["backward"] = (() => ones(2).sum().backward(), "does not require grad and does not have a grad_fn"),
        ["item"] = (() => ones(2).ToSingle(), "a Tensor with 2 elements cannot be converted to Scalar"),
    };

    public static TheoryData<string> Names => new(Wrong.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_refusal_carries_the_message(string name)
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<ExternalException>(Wrong[name].Do);
        Assert.Contains(Wrong[name].Says, error.Message);
    }

    [Fact]
    public void A_graph_is_used_once()
    {
        using var scope = NewDisposeScope();
        var x = ones(2).requires_grad_();
        var y = x.square().sum();
        y.backward(retain_graph: true);
        y.backward();
        var error = Assert.Throws<ExternalException>(() => y.backward());
        Assert.Contains("backward through the graph a second time", error.Message);
    }

    [Fact]
    public void A_failure_leaves_the_thread_and_the_operands_usable()
    {
        using var scope = NewDisposeScope();
        var a = ones(2, 3);
        Assert.Throws<ExternalException>(() => a.mm(a));
        CheckForErrors();
        Assert.Equal(6, a.sum().item<float>());
    }

    [Fact]
    public void Threads_do_not_see_each_others_failures()
    {
        var messages = new string[2];
        var threads = new[] { 0, 1 }.Select(i => new Thread(() =>
        {
            using var scope = NewDisposeScope();
            for (var n = 0; n < 200; n++)
            {
                var error = Assert.Throws<ExternalException>(() => i == 0 ? ones(6).view(4, 2) : ones(2, 3).mm(ones(2, 3)));
                messages[i] = error.Message;
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        Assert.Contains("is invalid for input of size 6", messages[0]);
        Assert.Contains("cannot be multiplied", messages[1]);
    }

    [Fact]
    public void A_device_that_is_not_here_is_named()
    {
        if (cuda.is_available()) return;
        var error = Assert.Throws<InvalidOperationException>(() => zeros(2, device: new Device("cuda:0")));
        Assert.Contains("CUDA", error.Message);
    }

    [Fact]
    public void A_disposed_tensor_says_so()
    {
        var t = ones(2);
        t.Dispose();
        t.Dispose();
        Assert.Contains("empty handle", Assert.Throws<InvalidOperationException>(() => t.shape).Message);
        Assert.Contains("empty handle", Assert.Throws<InvalidOperationException>(() => ones(2).add(t)).Message);
    }
}
