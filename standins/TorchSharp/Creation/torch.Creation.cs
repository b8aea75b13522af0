using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Evenly spaced numbers from start up to, and without, stop. Integers make an Int64 tensor.</summary>
    public static Tensor arange(Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        device = InitializeDevice(device);
        dtype ??= is_integral(start.Type) && is_integral(stop.Type) && is_integral(step.Type) ? ScalarType.Int64 : default_dtype;
        return Finished(Native.ct_arange(start.Value, stop.Value, step.Value, (int)dtype, (int)device.type, device.index), requires_grad, null);
    }

    public static Tensor arange(Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(start, stop, 1, dtype, device, requires_grad);

    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(0, stop, 1, dtype, device, requires_grad);

    /// <summary>So many evenly spaced numbers from start to end, both included.</summary>
    public static Tensor linspace(double start, double end, long steps, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        device = InitializeDevice(device);
        return Finished(Native.ct_linspace(start, end, steps, (int)(dtype ?? default_dtype), (int)device.type, device.index), requires_grad, null);
    }

    public static Tensor logspace(double start, double end, long steps, double @base = 10, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        device = InitializeDevice(device);
        return Finished(Native.ct_logspace(start, end, steps, @base, (int)(dtype ?? default_dtype), (int)device.type, device.index), requires_grad, null);
    }

    /// <summary>Ones on the diagonal; square when columns is left at -1.</summary>
    public static Tensor eye(long rows, long columns = -1L, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        device = InitializeDevice(device);
        return Finished(Native.ct_eye(rows, columns == -1 ? rows : columns, (int)(dtype ?? default_dtype), (int)device.type, device.index), requires_grad, names);
    }

    public static unsafe Tensor empty_strided(long[] size, long[] strides, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        device = InitializeDevice(device);
        fixed (long* s = size, t = strides)
            return Finished(Native.ct_empty_strided(s, size.Length, t, strides.Length, (int)(dtype ?? default_dtype), (int)device.type, device.index), requires_grad, names);
    }

    public static Tensor zeros_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Named(input.zeros_like(dtype, device, requires_grad), names);
    public static Tensor ones_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Named(input.ones_like(dtype, device, requires_grad), names);
    public static Tensor empty_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Named(input.empty_like(dtype, device, requires_grad), names);
    public static Tensor full_like(Tensor input, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Named(input.full_like(value, dtype, device, requires_grad), names);
    public static Tensor rand_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => input.rand_like(dtype, device, requires_grad);
    public static Tensor randn_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => input.randn_like(dtype, device, requires_grad);

    private static Tensor Finished(nint result, bool requires_grad, string[]? names)
    {
        var made = Named(Tensor.Made(result), names);
        return requires_grad ? made.requires_grad_() : made;
    }

    // The parameter is the real signature's.
    private static Tensor Named(Tensor made, string[]? names) =>
        names is null or { Length: 0 } ? made : throw new NotSupportedException("named dimensions need the real TorchSharp");

    internal static Tensor FromScalar(Scalar value, ScalarType? dtype = null, Device? device = null)
    {
        device = InitializeDevice(device);
        return Tensor.Made(Native.ct_scalar_tensor(value.Value, (int)(dtype ?? value.Type), (int)device.type, device.index));
    }
}
