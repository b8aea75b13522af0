using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.TorchSharp.Tests;

/// <summary>The switches of a thread.</summary>
public sealed class ModeTests
{
    [Fact]
    public void No_grad_records_nothing_and_ends_with_its_scope()
    {
        using var scope = NewDisposeScope();
        var x = ones(2).requires_grad_();
        using (no_grad())
        {
            Assert.False(is_grad_enabled());
            Assert.False((x * 2).requires_grad);
            using (enable_grad()) Assert.True((x * 2).requires_grad);
            Assert.False(is_grad_enabled());
        }
        Assert.True((x * 2).requires_grad);
    }

    [Fact]
    public void Grad_mode_belongs_to_the_thread()
    {
        using var off = no_grad();
        var there = false;
        var thread = new Thread(() => there = is_grad_enabled());
        thread.Start();
        thread.Join();
        Assert.True(there);
    }

    [Fact]
    public void Inference_tensors_stay_out_of_graphs()
    {
        using var scope = NewDisposeScope();
        Tensor made;
        using (inference_mode())
        {
            Assert.True(is_inference_mode_enabled());
            made = ones(2) * 2;
        }
        Assert.False(is_inference_mode_enabled());
        var x = ones(2).requires_grad_();
        var error = Assert.Throws<System.Runtime.InteropServices.ExternalException>(() => (x * made).sum().backward());
        Assert.Contains("Inference tensors cannot be saved for backward", error.Message);
    }

    [Fact]
    public void The_thread_count_is_set_on_each_thread()
    {
        var thread = new Thread(() =>
        {
            set_num_threads(1);
            Assert.Equal(1, get_num_threads());
            set_num_threads(2);
            Assert.Equal(2, get_num_threads());
        });
        thread.Start();
        thread.Join();
    }

    [Fact]
    public void Detached_tensors_share_memory_but_no_graph()
    {
        using var scope = NewDisposeScope();
        var x = ones(2).requires_grad_();
        var d = (x * 3).detach();
        Assert.False(d.requires_grad);
        Assert.True(d.is_leaf);
        var y = x.exp().detach_();
        Assert.True(y.is_leaf);
    }

    [Fact]
    public void A_tensor_that_is_no_leaf_keeps_its_gradient_on_request()
    {
        using var scope = NewDisposeScope();
        var x = ones(2).requires_grad_();
        var y = x * 3;
        y.retain_grad();
        y.square().sum().backward();
        Assert.Equal([6, 6], y.grad!.data<float>().ToArray());
        Assert.Equal([18, 18], x.grad!.data<float>().ToArray());
    }

    [Fact]
    public void Backward_may_name_its_inputs_and_gradients()
    {
        using var scope = NewDisposeScope();
        var a = ones(2).requires_grad_();
        var b = ones(2).requires_grad_();
        (a * b).backward(grad_tensors: [tensor(new[] { 1f, 10f })], inputs: [a]);
        Assert.Equal([1, 10], a.grad!.data<float>().ToArray());
        Assert.Null(b.grad);
    }
}
