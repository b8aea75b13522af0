using TorchSharp;

namespace Cluster.Numerics;

/// <summary>The tensor itself where it is contiguous and on the CPU, else a copy that is; disposing frees the copy alone.</summary>
internal readonly struct HostCopy : IDisposable
{
    private readonly torch.Tensor? copy;

    private HostCopy(torch.Tensor tensor, torch.Tensor? copy)
    {
        Tensor = tensor;
        this.copy = copy;
    }

    internal torch.Tensor Tensor { get; }

    internal static HostCopy Of(torch.Tensor tensor)
    {
        if (tensor.device_type == DeviceType.CPU && tensor.is_contiguous()) return new HostCopy(tensor, null);
        using var guard = torch.no_grad();
        using var near = tensor.cpu();
        var copy = near.contiguous();
        return new HostCopy(copy, copy);
    }

    public void Dispose() => copy?.Dispose();
}
