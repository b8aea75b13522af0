using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.TorchSharp.Tests;

public sealed class IndexTests
{
    private static Tensor Cube() => arange(24).view(2, 3, 4);

    [Fact]
    public void Numbers_slices_ellipses_and_new_dimensions_make_views()
    {
        using var scope = NewDisposeScope();
        var cube = Cube();
        Assert.Equal(23, cube[1, 2, 3].item<long>());
        Assert.Equal(23, cube[-1, -1, -1].item<long>());
        Assert.Equal([3, 4], cube[1].shape);
        Assert.Equal([12, 16, 20], cube[TensorIndex.Single(1), TensorIndex.Colon, TensorIndex.Single(0)].data<long>().ToArray());
        Assert.Equal([3, 7, 11, 15, 19, 23], cube[TensorIndex.Ellipsis, TensorIndex.Single(3)].flatten().data<long>().ToArray());
        Assert.Equal([2, 1, 3, 4], cube[TensorIndex.Colon, TensorIndex.None].shape);
        Assert.Equal([2, 3, 2], cube[.., .., 1..3].shape);
        Assert.Equal([0, 2], cube[0, 0][TensorIndex.Slice(null, null, 2)].data<long>().ToArray());
        Assert.Equal([2, 3], cube[0, 0][TensorIndex.Slice(-2)].data<long>().ToArray());

        cube[TensorIndex.Ellipsis, TensorIndex.Slice(0, 1)].fill_(-1);
        Assert.Equal(-6, cube[TensorIndex.Ellipsis, TensorIndex.Single(0)].sum().item<long>());
    }

    [Fact]
    public void Assignment_writes_through()
    {
        using var scope = NewDisposeScope();
        var cube = Cube();
        cube[0, 1, 2] = 100;
        cube[1] = zeros(3, 4, dtype: int64);
        cube[TensorIndex.Single(0), TensorIndex.Single(0)] = tensor(new long[] { 9, 8, 7, 6 });
        Assert.Equal([9, 8, 7, 6, 4, 5, 100, 7, 8, 9, 10, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], cube.data<long>().ToArray());
    }

    [Fact]
    public void Tensors_of_indices_and_masks_select_and_write()
    {
        using var scope = NewDisposeScope();
        var cube = Cube();
        var picked = cube[TensorIndex.Colon, TensorIndex.Tensor(tensor(new long[] { 2, 0 })), TensorIndex.Single(1)];
        Assert.Equal([9, 1, 21, 13], picked.flatten().data<long>().ToArray());
        Assert.Equal([20, 21, 22, 23], cube[cube >= 20].data<long>().ToArray());
        cube[cube >= 2] = tensor(0L);
        Assert.Equal(1, cube.sum().item<long>());
        var counts = zeros(3, dtype: int64);
        counts.index_put_(ones(4, dtype: int64), [TensorIndex.Tensor(tensor(new long[] { 0, 2, 2, 2 }))], accumulate: true);
        Assert.Equal([1, 0, 3], counts.data<long>().ToArray());
    }

    [Fact]
    public void Too_many_indices_are_refused() =>
        Assert.Contains("too many indices for tensor of dimension 1",
            Assert.Throws<System.Runtime.InteropServices.ExternalException>(() => ones(2).index(TensorIndex.Single(0), TensorIndex.Single(0))).Message);

    [Fact]
    public void Parts_and_joins_undo_each_other()
    {
        using var scope = NewDisposeScope();
        var cube = Cube();
        Assert.True(cube.Equals(cat(cube.split(2, 2), 2)));
        Assert.True(cube.Equals(cat(cube.split([1, 3], 2), 2)));
        Assert.True(cube.Equals(cat(cube.chunk(2, 2), 2)));
        Assert.True(cube.Equals(stack(cube.unbind(1), 1)));
        Assert.True(cube.Equals(cube.flip(1).flip(1)));
        Assert.True(cube.Equals(cube.permute(2, 0, 1).movedim([0], [2])));
        Assert.True(cube.Equals(cube.flatten().unflatten(0, 2, 3, 4)));
        Assert.Equal([12, 1, 4], cube.transpose(1, 2).stride());
        Assert.Equal(4, cube[0, 1].storage_offset());
        Assert.False(cube.t_is_contiguous());
    }
}

file static class Strides
{
    internal static bool t_is_contiguous(this Tensor cube) => cube.transpose(1, 2).is_contiguous();
}
