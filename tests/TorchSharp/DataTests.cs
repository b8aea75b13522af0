using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.TorchSharp.Tests;

/// <summary>Elements in and out of tensors.</summary>
public sealed class DataTests
{
    [Fact]
    public void Bytes_are_the_tensors_own_memory()
    {
        using var scope = NewDisposeScope();
        var t = zeros(2, 3);
        var floats = MemoryMarshal.Cast<byte, float>(t.bytes);
        floats[4] = 7;
        Assert.Equal(7, t[1, 1].item<float>());
        t.add_(1);
        Assert.Equal([1, 1, 1, 1, 8, 1], floats.ToArray());

        var row = t[1];
        MemoryMarshal.Cast<byte, float>(row.bytes).Fill(-1);
        Assert.Equal(0, t.sum().item<float>());
        t.bytes = new byte[24];
        Assert.False(t.any().item<bool>());
    }

    [Fact]
    public void Bytes_of_a_tensor_that_is_not_contiguous_are_refused()
    {
        using var scope = NewDisposeScope();
        var t = zeros(2, 3).t();
        Assert.Contains("non-contiguous", Assert.Throws<InvalidOperationException>(() => t.bytes.Length).Message);
        Assert.Contains("Mismatched", Assert.Throws<ArgumentException>(() => zeros(2).bytes = new byte[7]).Message);
    }

    [Fact]
    public void An_accessor_reads_and_writes_in_row_major_order_whatever_the_strides()
    {
        using var scope = NewDisposeScope();
        var t = arange(6).view(2, 3).t();
        var data = t.data<long>();
        Assert.Equal(6, data.Count);
        Assert.Equal([0, 3, 1, 4, 2, 5], data.ToArray());
        Assert.Equal([0, 3, 1, 4, 2, 5], data.ToList());
        Assert.Equal(4, data[1, 1]);
        Assert.Equal(4, data[3]);
        data[2, 0] = 20;
        data.CopyFrom([9L], 0, 5);
        Assert.Equal(20 + 9, t.sum().item<long>() - 0 - 3 - 1 - 4);
        Assert.Throws<IndexOutOfRangeException>(() => data[6]);
        Assert.Throws<IndexOutOfRangeException>(() => data[3, 0]);
        Assert.Throws<IndexOutOfRangeException>(() => data[2] = 1);
    }

    [Fact]
    public void The_wrong_element_type_is_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("Double is not compatible with Float32", Assert.Throws<ArgumentException>(() => zeros(1).item<double>()).Message);
        Assert.Contains("Int64 is not compatible", Assert.Throws<ArgumentException>(() => zeros(2).data<long>()).Message);
        Assert.Contains("must be 1", Assert.Throws<ArgumentException>(() => zeros(2).item<float>()).Message);
    }

    [Fact]
    public void Numbers_convert_from_any_element_type()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(2.5, tensor(2.5f).ToDouble());
        Assert.Equal(3, tensor(3L).ToInt32());
        Assert.Equal(1f, tensor(true).ToSingle());
        Assert.Equal(0.5f, tensor(0.5).to(float16).ToSingle());
        Assert.Equal((Half)0.5, tensor(0.5).to(float16).item<Half>());
        Assert.True(tensor(1).ToBoolean());
        Assert.Equal(2.5, (double)tensor(2.5));
        Assert.Equal(ScalarType.Int64, tensor(5).ToScalar().Type);
        Assert.Equal(5, tensor(5).ToScalar().ToInt64());
    }

    [Fact]
    public void A_tensor_copies_the_array_it_is_made_of()
    {
        using var scope = NewDisposeScope();
        float[] values = [1, 2, 3, 4, 5, 6];
        var t = tensor(values);
        var shaped = tensor((IList<float>)values, [2, 3]);
        var typed = tensor(values, [3, 2], dtype: float64);
        values[0] = 100;
        Assert.Equal(21, t.sum().item<float>());
        Assert.Equal([2, 3], shaped.shape);
        Assert.Equal(6, shaped[1, 2].item<float>());
        Assert.Equal(5, typed[2, 0].item<double>());
        Assert.Equal([2, 2], tensor(new long[,] { { 1, 2 }, { 3, 4 } }).shape);
        Assert.Equal(3, tensor(new long[,] { { 1, 2 }, { 3, 4 } })[1, 0].item<long>());
        Assert.Contains("mismatched total size", Assert.Throws<ArgumentException>(() => tensor(values, [7])).Message);
    }

    [Fact]
    public void A_buffer_is_shared_and_kept_until_the_last_tensor_over_it_goes()
    {
        float[] values = [1, 2, 3, 4];
        Tensor view;
        using (var t = frombuffer(values, float32, 3, 1))
        {
            values[1] = 20;
            Assert.Equal([20, 3, 4], t.data<float>().ToArray());
            t.fill_(9);
            view = t.narrow(0, 1, 1);
        }
        Assert.Equal([1, 9, 9, 9], values);
        Assert.Equal(9, view.item<float>());
        view.Dispose();
        Assert.Throws<IndexOutOfRangeException>(() => frombuffer(values, float32, 5));
        Assert.Throws<ArgumentException>(() => frombuffer(values, float32, 1, 4));
    }

    [Fact]
    public void An_array_that_only_a_tensor_refers_to_is_not_collected()
    {
        var t = Made();
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.Equal(3_000_000, t.sum().item<double>());
        t.Dispose();

        static Tensor Made()
        {
            var values = new double[1_000_000];
            Array.Fill(values, 3);
            return frombuffer(values, float64);
        }
    }

    [Theory]
    [InlineData(ScalarType.Byte, 1)]
    [InlineData(ScalarType.Int8, 1)]
    [InlineData(ScalarType.Int16, 2)]
    [InlineData(ScalarType.Int32, 4)]
    [InlineData(ScalarType.Int64, 8)]
    [InlineData(ScalarType.Float16, 2)]
    [InlineData(ScalarType.BFloat16, 2)]
    [InlineData(ScalarType.Float32, 4)]
    [InlineData(ScalarType.Float64, 8)]
    [InlineData(ScalarType.Bool, 1)]
    public void Element_types_keep_their_size_and_their_values(ScalarType type, int size)
    {
        using var scope = NewDisposeScope();
        var t = ones(3, dtype: type);
        Assert.Equal(type, t.dtype);
        Assert.Equal(size, t.ElementSize);
        Assert.Equal(size, type.ElementSize());
        Assert.Equal(3 * size, t.bytes.Length);
        Assert.Equal(3, t.to(float32).sum().item<float>());
    }

    [Fact]
    public void Bfloat16_bits_are_the_upper_half_of_float32()
    {
        using var scope = NewDisposeScope();
        var bits = MemoryMarshal.Cast<byte, ushort>(tensor(new[] { 1f, -2.5f }).to(bfloat16).bytes).ToArray();
        Assert.Equal([0x3F80, 0xC020], bits.Select(b => (int)b));
    }

    [Fact]
    public void Factories_fill_and_count()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([0, 1, 2], arange(3).data<long>().ToArray());
        Assert.Equal([1f, 1.5f, 2f], arange(1, 2.5, 0.5).data<float>().ToArray());
        Assert.Equal([0, 0.5, 1], linspace(0, 1, 3, dtype: float64).data<double>().ToArray());
        Assert.Equal([1, 0, 0, 1], eye(2).data<float>().ToArray());
        Assert.Equal([3, 3], full(2, 3).data<long>().ToArray());
        Assert.Equal([3, 3], full(2, 3.0).data<float>().ToArray());
        Assert.Equal(ScalarType.Float64, zeros(2).zeros_like(dtype: float64).dtype);
        Assert.Equal([2, 3, 4], empty(2, 3, 4).shape);
        Assert.True(ones(2, requires_grad: true).requires_grad);
        Assert.Equal("[2x3], type = Float32, device = cpu", zeros(2, 3).ToString());
    }

    [Fact]
    public void Nothing_is_left_alive_after_a_scope()
    {
        // Other tests run beside this one, so the count is this thread's own.
        var books = DisposeScopeManager.Statistics;
        var before = books.ThreadTotalLiveCount;
        for (var i = 0; i < 50; i++)
        {
            using var scope = NewDisposeScope();
            var w = randn(4, 4, generator: new Generator(1)).requires_grad_();
            var (values, _) = w.mm(w).max(1);
            values.sum().backward();
            _ = w.grad!.split(2).Select(part => part[TensorIndex.Slice(0, 1)]).ToArray();
        }
        Assert.Equal(before, books.ThreadTotalLiveCount);
    }
}
