using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Other element types, other devices, and copies.
    public partial class Tensor
    {
        public Tensor alias() => Made(Native.ct_alias(Handle), this);
        public Tensor clone() => Made(Native.ct_clone(Handle), this);
        public Tensor contiguous() => Made(Native.ct_contiguous(Handle), this);
        public Tensor pin_memory() => Made(Native.ct_pin_memory(Handle), this);

        public Tensor cpu() => Made(Native.ct_to(Handle, -1, (int)DeviceType.CPU, -1, false, false), this);

        public Tensor cuda(Device? device = null, bool non_blocking = false)
        {
            if (device is not null && device.type != DeviceType.CUDA) throw new ArgumentException("Not a CUDA device.", nameof(device));
            InitializeDeviceType(DeviceType.CUDA);
            return Made(Native.ct_to(Handle, -1, (int)DeviceType.CUDA, device?.index ?? -1, non_blocking, false), this);
        }

        public Tensor to_type(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            Converted(Native.ct_to(Handle, (int)type, -1, -1, non_blocking, copy), disposeAfter);

        public Tensor type_as(Tensor tensor) => to_type(tensor.dtype);

        public Tensor to(DeviceType deviceType, int deviceIndex = -1, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
        {
            InitializeDeviceType(deviceType);
            return Converted(Native.ct_to(Handle, -1, (int)deviceType, deviceIndex, non_blocking, copy), disposeAfter);
        }

        public Tensor to(ScalarType type, Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
        {
            device = InitializeDevice(device);
            return Converted(Native.ct_to(Handle, (int)type, (int)device.type, device.index, non_blocking, copy), disposeAfter);
        }

        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to_type(type, copy, disposeAfter, non_blocking);

        public Tensor to(string device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(new Device(device), copy, disposeAfter, non_blocking);

        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(device.type, device.index, copy, disposeAfter, non_blocking);

        public Tensor to(Tensor other, bool non_blocking = false) => to(other.dtype, other.device, non_blocking: non_blocking);

        public Tensor type(ScalarType dtype) => to(dtype);

        public Tensor @bool() => to_type(ScalarType.Bool);
        public Tensor @byte() => to_type(ScalarType.Byte);
        public Tensor @short() => to_type(ScalarType.Int16);
        public Tensor @int() => to_type(ScalarType.Int32);
        public Tensor @long() => to_type(ScalarType.Int64);
        public Tensor half() => to_type(ScalarType.Float16);
        public Tensor bfloat16() => to_type(ScalarType.BFloat16);
        public Tensor @float() => to_type(ScalarType.Float32);
        public Tensor @double() => to_type(ScalarType.Float64);

        private Tensor Converted(nint result, bool disposeAfter)
        {
            var made = Made(result, this);
            if (disposeAfter) Dispose();
            return made;
        }
    }
}
