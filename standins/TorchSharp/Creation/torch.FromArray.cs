using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A tensor over the array's own memory, which stays pinned until the last tensor over it goes.</summary>
    /// <param name="rawArray">A one-dimensional array of a numeric type.</param>
    /// <param name="dtype">The tensor's element type; one other than the array's makes a copy.</param>
    /// <param name="count">How many elements, -1 for all that are left.</param>
    /// <param name="offset">Where to begin, in elements.</param>
    /// <param name="requires_grad">Whether gradients are recorded.</param>
    public static Tensor frombuffer(Array rawArray, ScalarType dtype, long count = -1, long offset = 0, bool requires_grad = false)
    {
        var length = rawArray.LongLength;
        if (offset < 0 || offset >= length) throw new ArgumentException($"invalid value for 'offset': {offset}");
        if (count < 0) count = length - offset;
        if (count > length - offset) throw new IndexOutOfRangeException($"element count is too large: {count}");
        var made = Over(rawArray, [count], offset);
        if (dtype != made.dtype) made = made.to_type(dtype, disposeAfter: true);
        return requires_grad ? made.requires_grad_() : made;
    }

    /// <summary>A tensor of the array's shape over its own memory (a copy where another type or device is asked for).</summary>
    public static Tensor from_array(Array rawArray, ScalarType? dtype, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        var shape = new long[rawArray.Rank];
        for (var i = 0; i < shape.Length; i++) shape[i] = rawArray.GetLongLength(i);
        return Moved(Over(rawArray, shape, 0), dtype, device, requires_grad, names);
    }

    public static Tensor from_array(Array rawArray, Device? device = null) => from_array(rawArray, null, device);

    private static unsafe Tensor Over(Array array, ReadOnlySpan<long> shape, long offset)
    {
        var type = ToScalarType(array.GetType().GetElementType()!);
        var pin = GCHandle.Alloc(array, GCHandleType.Pinned);
        var start = pin.AddrOfPinnedObject() + (nint)(offset * type.ElementSize());
        nint result;
        fixed (long* s = shape)
            result = Native.ct_from_blob(start, s, shape.Length, (int)type, &Unpin, GCHandle.ToIntPtr(pin));
        if (result == 0) pin.Free();
        return Tensor.Made(result);
    }

    [UnmanagedCallersOnly]
    private static void Unpin(nint context) => GCHandle.FromIntPtr(context).Free();

    // A tensor with a copy of the elements.
    private static unsafe Tensor Copied<T>(ReadOnlySpan<T> elements, ReadOnlySpan<long> dimensions, ScalarType? dtype, Device? device, bool requires_grad, string[]? names)
        where T : unmanaged
    {
        var total = 1L;
        foreach (var size in dimensions) total *= size;
        if (total > elements.Length)
            throw new ArgumentException($"mismatched total size creating a tensor from an array: {total} vs. {elements.Length}");
        var type = ToScalarType(typeof(T));
        nint result;
        fixed (long* s = dimensions)
            result = Native.ct_empty(s, dimensions.Length, (int)type, (int)DeviceType.CPU, -1);
        var made = Tensor.Made(result);
        elements[..(int)total].CopyTo(new Span<T>((void*)made.DataPointer(), (int)total));
        return Moved(made, dtype, device, requires_grad, names);
    }

    private static Tensor Copied<T>(Array elements, ReadOnlySpan<long> dimensions, ScalarType? dtype, Device? device, bool requires_grad, string[]? names)
        where T : unmanaged
    {
        var span = elements.Length == 0
            ? default
            : MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(elements)), elements.Length);
        return Copied(span, dimensions, dtype, device, requires_grad, names);
    }

    private static ReadOnlySpan<T> Elements<T>(IList<T> list) => list as T[] ?? [.. list];

    private static Tensor Moved(Tensor made, ScalarType? dtype, Device? device, bool requires_grad, string[]? names)
    {
        device = InitializeDevice(device);
        if ((dtype is { } type && type != made.dtype) || device.type != DeviceType.CPU)
            made = made.to(dtype ?? made.dtype, device, disposeAfter: true);
        Named(made, names);
        return requires_grad ? made.requires_grad_() : made;
    }
}
