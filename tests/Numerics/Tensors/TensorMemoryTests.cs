using static TorchSharp.torch;

namespace Cluster.Numerics.Tests;

public sealed class TensorMemoryTests
{
    [Fact]
    public void It_is_the_tensors_own_memory_and_outlives_the_tensors_handle()
    {
        var whole = arange(6, ScalarType.Float32);
        var part = whole.narrow(0, 2, 3);
        using var memory = new TensorMemory(part);
        Assert.Equal(12, memory.Memory.Length);
        BitConverter.TryWriteBytes(memory.Memory.Span[4..], 50f);
        Assert.Equal([0f, 1, 2, 50, 4, 5], whole.AsFloats().ToArray());
        part.Dispose();
        whole.Dispose();
        Assert.Equal(50f, BitConverter.ToSingle(memory.Memory.Span[4..]));
    }

    [Fact]
    public void It_lets_go_of_its_handle_and_is_of_no_use_after()
    {
        using var tensor = zeros(4);
        var before = LiveTensors.Settled();
        IDisposable memory = new TensorMemory(tensor);
        Assert.Equal(before + 1, Tensor.TotalCount);
        memory.Dispose();
        Assert.Equal(before, Tensor.TotalCount);
        Assert.Throws<ObjectDisposedException>(() => ((TensorMemory)memory).GetSpan());
    }

    [Fact]
    public void A_tensor_that_is_not_contiguous_is_refused()
    {
        using var square = zeros(3, 3);
        using var turned = square.t();
        Assert.Contains("not contiguous", Assert.Throws<ArgumentException>(() => new TensorMemory(turned)).Message, StringComparison.Ordinal);
    }
}
