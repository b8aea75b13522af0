using static TorchSharp.torch;

namespace Cluster.Numerics.Tests;

public sealed class TensorBytesTests
{
    [Fact]
    public void Spans_read_and_write_in_place()
    {
        using var tensor = zeros(4);
        tensor.AsFloats()[2] = 7;
        using var piece = tensor.narrow(0, 2, 2);
        Assert.Equal([7f, 0], piece.AsFloats().ToArray());
        using var whole = arange(3, ScalarType.Int64);
        Assert.Equal([0L, 1, 2], whole.AsLongs().ToArray());
        using var none = zeros(0);
        Assert.True(none.AsFloats().IsEmpty);
    }

    [Fact]
    public void Wrong_dtype_and_strides_are_refused()
    {
        using var tensor = zeros(2, 3);
        Assert.Contains("AsDoubles", Assert.Throws<ArgumentException>(() => tensor.AsDoubles()[0]).Message);
        using var transposed = tensor.transpose(0, 1);
        Assert.Contains("not contiguous", Assert.Throws<ArgumentException>(() => transposed.AsFloats()[0]).Message);
    }
}
