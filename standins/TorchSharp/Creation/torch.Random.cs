using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Whole numbers from low up to, and without, high.</summary>
    public static unsafe Tensor randint(long low, long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null)
    {
        device = InitializeDevice(device);
        nint result;
        fixed (long* s = size)
            result = Native.ct_randint(low, high, s, size.Length, Generator.HandleOf(generator), (int)(dtype ?? ScalarType.Int64), (int)device.type, device.index);
        GC.KeepAlive(generator);
        return Finished(result, requires_grad, names);
    }

    public static Tensor randint(long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        randint(0, high, size, dtype, device, requires_grad, generator, names);

    /// <summary>The numbers from 0 to n - 1 in random order.</summary>
    public static Tensor randperm(long n, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null)
    {
        device = InitializeDevice(device);
        var result = Native.ct_randperm(n, Generator.HandleOf(generator), (int)(dtype ?? ScalarType.Int64), (int)device.type, device.index);
        GC.KeepAlive(generator);
        return Finished(result, requires_grad, null);
    }

    public static Tensor normal(double mean, double std, ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        randn(size, dtype, device, requires_grad: false, generator, names).mul_(std).add_(mean).requires_grad_(requires_grad);

    /// <summary>One normal draw for each mean and standard deviation.</summary>
    public static Tensor normal(Tensor mean, Tensor std, Generator? generator = null)
    {
        var result = Native.ct_normal(mean.Handle, std.Handle, Generator.HandleOf(generator));
        GC.KeepAlive(generator);
        return Tensor.Made(result, mean, std);
    }

    public static Tensor bernoulli(Tensor input, Generator? generator = null) => input.bernoulli(generator);
    public static Tensor multinomial(Tensor input, long num_samples, bool replacement = false, Generator? generator = null) => input.multinomial(num_samples, replacement, generator);
    public static Tensor poisson(Tensor input, Generator? generator = null) => input.poisson(generator);
}
