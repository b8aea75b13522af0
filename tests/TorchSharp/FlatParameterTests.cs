using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cluster.TorchSharp.Tests;

/// <summary>Parameters and gradients as views of flat buffers: what the numerics rest on.</summary>
public sealed class FlatParameterTests
{
    [Fact]
    public void A_parameter_over_a_view_is_a_leaf_that_shares_memory()
    {
        using var scope = NewDisposeScope();
        var flat = zeros(10);
        var view = flat.narrow(0, 2, 6).view(2, 3);
        var weight = new Parameter(view);
        Assert.True(weight.is_leaf);
        Assert.True(weight.requires_grad);
        Assert.True(view.IsInvalid);
        Assert.True(scope.Contains(weight));
        using (no_grad()) flat.fill_(7);
        Assert.Equal(42, weight.sum().item<float>());
    }

    [Fact]
    public void A_detached_view_is_a_leaf_too()
    {
        using var scope = NewDisposeScope();
        var flat = zeros(10);
        var weight = flat.narrow(0, 2, 6).view(2, 3).detach().requires_grad_();
        Assert.True(weight.is_leaf);
        weight.sum().backward();
        Assert.Equal(2, weight.grad!.dim());
        flat.fill_(1);
        Assert.Equal(6, weight.detach().sum().item<float>());
    }

    [Fact]
    public void Backward_accumulates_into_a_gradient_view_in_place()
    {
        using var scope = NewDisposeScope();
        var flat = ones(5);
        var gradFlat = zeros(5);
        var weight = new Parameter(flat.narrow(0, 0, 3).view(3));
        var bias = new Parameter(flat.narrow(0, 3, 2).view(2));
        weight.grad = gradFlat.narrow(0, 0, 3).view(3);
        bias.grad = gradFlat.narrow(0, 3, 2).view(2);

        (weight.sum() * 2 + bias.sum() * 3).backward();
        Assert.Equal([2, 2, 2, 3, 3], gradFlat.data<float>().ToArray());
        (weight.sum() * 2).backward();
        Assert.Equal([4, 4, 4, 3, 3], gradFlat.data<float>().ToArray());
        gradFlat.zero_();
        Assert.Equal(0, weight.grad!.sum().item<float>());
    }

    [Fact]
    public void A_change_of_the_flat_buffer_between_forward_and_backward_is_an_error()
    {
        using var scope = NewDisposeScope();
        var flat = ones(6);
        var weight = new Parameter(flat.narrow(0, 0, 6).view(2, 3));
        var loss = weight.square().sum();
        using (no_grad()) flat.add_(1);
        var error = Assert.Throws<ExternalException>(() => loss.backward());
        Assert.Contains("modified by an inplace operation", error.Message);
    }

    [Fact]
    public void Removing_a_gradient_starts_afresh()
    {
        using var scope = NewDisposeScope();
        var weight = new Parameter(ones(3));
        Assert.Null(weight.grad);
        weight.sum().backward();
        Assert.Equal(3, weight.grad!.sum().item<float>());
        weight.grad = null;
        Assert.Null(weight.grad);
    }
}
