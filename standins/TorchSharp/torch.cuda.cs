using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>CUDA devices.</summary>
    public static partial class cuda
    {
        public static bool is_available() => Native.ct_cuda_is_available();
        public static int device_count() => Native.ct_cuda_device_count();

        /// <summary>Waits until every kernel on the device has finished.</summary>
        public static void synchronize(Device? device = null) => Native.Check(Native.ct_cuda_synchronize(device?.index ?? -1));
    }

    public static bool cuda_is_available() => cuda.is_available();

    /// <summary>Switches of libtorch's backends.</summary>
    public static partial class backends
    {
        public static partial class cuda
        {
            public static partial class matmul
            {
                public static bool allow_tf32
                {
                    get => Native.ct_cuda_get_allow_tf32();
                    set => Native.ct_cuda_set_allow_tf32(value);
                }
            }
        }

        public static partial class cudnn
        {
            public static bool allow_tf32
            {
                get => Native.ct_cudnn_get_allow_tf32();
                set => Native.ct_cudnn_set_allow_tf32(value);
            }
        }
    }
}
