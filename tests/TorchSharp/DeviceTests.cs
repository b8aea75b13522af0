using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.TorchSharp.Tests;

public sealed class DeviceTests
{
    [Theory]
    [InlineData("cpu", DeviceType.CPU, -1)]
    [InlineData("cuda", DeviceType.CUDA, -1)]
    [InlineData("cuda:1", DeviceType.CUDA, 1)]
    public void A_device_is_read_from_its_name_and_written_back(string name, DeviceType type, int index)
    {
        var device = new Device(name);
        Assert.Equal((type, index), (device.type, device.index));
        Assert.Equal(name, device.ToString());
        Assert.Equal(name, ((Device)name).ToString());
    }

    [Fact]
    public void A_device_of_no_kind_is_refused() => Assert.Throws<ArgumentException>(() => new Device("gpu"));

    [Fact]
    public void Tensors_on_a_cuda_device_compute_there()
    {
        if (!cuda.is_available()) return;
        using var scope = NewDisposeScope();
        Assert.True(cuda.device_count() > 0);
        using var generator = new Generator(3, CUDA);
        using var same = new Generator(3, CUDA);
        var x = randn(4, 4, device: CUDA, generator: generator).requires_grad_();
        Assert.True(x.detach().Equals(randn(4, 4, device: CUDA, generator: same)));
        Assert.True(x.is_cuda);
        x.mm(x).sum().backward();
        var expected = (ones(4, 4).mm(x.detach().cpu().t()) + x.detach().cpu().t().mm(ones(4, 4)));
        Assert.True(x.grad!.cpu().allclose(expected, 1e-3, 1e-3));
        Assert.Throws<InvalidOperationException>(() => x.bytes.Length);
    }
}
