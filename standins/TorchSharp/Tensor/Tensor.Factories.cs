using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // New tensors after the pattern of this one: its shape, and its element type and device unless others are named.
    public unsafe partial class Tensor
    {
        public Tensor zeros_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Like(Native.ct_zeros_like, dtype, device, requires_grad);

        public Tensor ones_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Like(Native.ct_ones_like, dtype, device, requires_grad);

        public Tensor empty_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Like(Native.ct_empty_like, dtype, device, requires_grad);

        public Tensor full_like(Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Like((like, type, deviceType, index) => Native.ct_full_like(like, value.Value, type, deviceType, index), dtype, device, requires_grad);

        public Tensor new_zeros(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            zeros(size, dtype ?? this.dtype, device ?? this.device, requires_grad);

        public Tensor new_zeros(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            zeros(size, dtype ?? this.dtype, device ?? this.device, requires_grad);

        public Tensor new_empty(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            empty(size, dtype ?? this.dtype, device ?? this.device, requires_grad);

        public Tensor new_empty(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            empty(size, dtype ?? this.dtype, device ?? this.device, requires_grad);

        public Tensor new_full(long[] size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            full(size, value, dtype ?? this.dtype, device ?? this.device, requires_grad);

        private delegate nint LikeCall(nint like, int dtype, int device, int index);

        private Tensor Like(LikeCall call, ScalarType? dtype, Device? device, bool requires_grad)
        {
            if (device is not null) InitializeDeviceType(device.type);
            var made = Made(call(Handle, (int?)dtype ?? -1, (int?)device?.type ?? -1, device?.index ?? -1), this);
            return requires_grad ? made.requires_grad_() : made;
        }
    }
}
