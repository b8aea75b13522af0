using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // What a tensor knows about itself.
    public unsafe partial class Tensor
    {
        private const int UsualDimensions = 8;

        public long Dimensions => Kept(Native.ct_ndim(Handle));
        public long dim() => Dimensions;
        public long ndim => Dimensions;

        public long NumberOfElements => Kept(Native.ct_numel(Handle));
        public long numel() => NumberOfElements;

        /// <summary>Bytes of one element.</summary>
        public long ElementSize => Kept(Native.ct_element_size(Handle));
        public long element_size() => ElementSize;

        public ScalarType dtype => (ScalarType)Kept(Native.ct_dtype(Handle));
        public DeviceType device_type => (DeviceType)Kept(Native.ct_device_type(Handle));
        public int device_index => Kept(Native.ct_device_index(Handle));
        public Device device => device_type == DeviceType.CPU ? new Device(DeviceType.CPU) : new Device(device_type, device_index);

        public bool is_cuda => device_type == DeviceType.CUDA;
        public bool is_meta => device_type == DeviceType.META;
        public bool is_cpu() => device_type == DeviceType.CPU;
        public bool is_leaf => Kept(Native.ct_is_leaf(Handle));
        public bool is_sparse => Kept(Native.ct_is_sparse(Handle));
        public bool is_integral() => torch.is_integral(dtype);
        public bool is_floating_point() => torch.is_floating_point(dtype);
        public bool is_complex() => torch.is_complex(dtype);
        public bool is_contiguous() => Kept(Native.ct_is_contiguous(Handle));
        public bool is_pinned() => Kept(Native.ct_is_pinned(Handle));

        /// <summary>Where the tensor begins in its storage, in elements.</summary>
        public long storage_offset() => Kept(Native.ct_storage_offset(Handle));

        public long[] shape => size();

        public long[] size()
        {
            var sizes = stackalloc long[UsualDimensions];
            var count = Kept(Native.ct_sizes(Handle, sizes, UsualDimensions));
            var made = new long[count];
            if (count <= UsualDimensions) new ReadOnlySpan<long>(sizes, count).CopyTo(made);
            else
                fixed (long* all = made)
                    Kept(Native.ct_sizes(Handle, all, count));
            return made;
        }

        public long size(int dim)
        {
            long size;
            Native.Check(Kept(Native.ct_size(Handle, dim, &size)));
            return size;
        }

        /// <summary>The step of each dimension, in elements.</summary>
        public long[] stride()
        {
            var strides = new long[Dimensions];
            fixed (long* all = strides)
                Kept(Native.ct_strides(Handle, all, strides.Length));
            return strides;
        }

        public long stride(int dim)
        {
            long stride;
            Native.Check(Kept(Native.ct_stride(Handle, dim, &stride)));
            return stride;
        }

        private T Kept<T>(T value) where T : unmanaged
        {
            GC.KeepAlive(this);
            return value;
        }
    }
}
