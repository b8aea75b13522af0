using TorchSharp.Interop;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    // Reading and writing elements from .NET.
    public unsafe partial class Tensor
    {
        /// <summary>The tensor's own memory: writing to it changes the tensor. Valid while the tensor lives.</summary>
        /// <exception cref="InvalidOperationException">The tensor is not contiguous, or not on the CPU.</exception>
        /// <exception cref="ArgumentException">It is larger than 2 GiB.</exception>
        public Span<byte> bytes
        {
            get
            {
                var total = NumberOfElements * ElementSize;
                if (!is_contiguous()) throw new InvalidOperationException("Bytes() called on non-contiguous tensor.");
                if (total > int.MaxValue) throw new ArgumentException("Span only supports up to int.MaxValue elements.");
                ThrowIfNotOnCpu();
                return new Span<byte>((void*)DataPointer(), (int)total);
            }
            set
            {
                var total = NumberOfElements * ElementSize;
                if (!is_contiguous()) throw new InvalidOperationException("SetBytes() called on non-contiguous tensor.");
                if (total != value.Length) throw new ArgumentException("Mismatched data sizes in SetBytes().");
                ThrowIfNotOnCpu();
                value.CopyTo(new Span<byte>((void*)DataPointer(), value.Length));
            }
        }

        /// <summary>The elements in order; on the CPU they are the tensor's own, elsewhere a copy.</summary>
        /// <exception cref="ArgumentException">T is not the .NET type of the elements.</exception>
        public TensorAccessor<T> data<T>() where T : unmanaged
        {
            ValidateType(typeof(T));
            return new TensorAccessor<T>(device_type == DeviceType.CPU ? this : cpu());
        }

        /// <summary>The one element.</summary>
        /// <exception cref="ArgumentException">There is not exactly one element, or T is not its .NET type.</exception>
        public T item<T>() where T : unmanaged
        {
            if (NumberOfElements != 1) throw new ArgumentException("Number of elements in the tensor must be 1");
            ValidateType(typeof(T));
            if (device_type == DeviceType.CPU) return Kept(*(T*)DataPointer());
            using var here = cpu();
            return here.Kept(*(T*)here.DataPointer());
        }

        public Scalar ToScalar()
        {
            Num value;
            Native.Check(Kept(Native.ct_item(Handle, &value)));
            return new Scalar(value);
        }

        public Tensor fill_(Scalar value) => Changed(Native.ct_fill_(Handle, value.Value));
        public Tensor zero_() => Changed(Native.ct_zero_(Handle));
        public Tensor copy_(Tensor source, bool nonBlocking = false) => Changed(Native.ct_copy_(Handle, source.Handle, nonBlocking), source);
        public Tensor set_(Tensor source) => Changed(Native.ct_set_(Handle, source.Handle), source);

        internal nint DataPointer()
        {
            nint pointer;
            Native.Check(Kept(Native.ct_data(Handle, &pointer)));
            return pointer;
        }

        private void ThrowIfNotOnCpu()
        {
            if (device_type != DeviceType.CPU)
                throw new InvalidOperationException("Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
        }

        private void ValidateType(Type type)
        {
            if (ElementTypes.TryGetValue(type, out var found) && found == dtype) return;
            throw new ArgumentException($"{type.Name} is not compatible with {dtype}");
        }
    }
}
