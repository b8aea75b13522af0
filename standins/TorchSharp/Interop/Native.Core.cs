using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

// native/core.cpp: errors, handles, what a tensor knows about itself, threads and devices.
internal static unsafe partial class Native
{
    [DllImport(Library)] internal static extern nint ct_last_error();
    [DllImport(Library)] internal static extern void ct_clear_error();
    [DllImport(Library)] internal static extern int ct_version_major();
    [DllImport(Library)] internal static extern int ct_version_minor();
    [DllImport(Library)] internal static extern int ct_version_patch();
    [DllImport(Library)] internal static extern void ct_dispose(nint a);
    [DllImport(Library)] internal static extern nint ct_alias(nint a);
    [DllImport(Library)] internal static extern nint ct_clone(nint a);
    [DllImport(Library)] internal static extern nint ct_detach(nint a);
    [DllImport(Library)] internal static extern int ct_detach_(nint a);
    [DllImport(Library)] internal static extern nint ct_contiguous(nint a);
    [SuppressGCTransition]
    [DllImport(Library)] internal static extern long ct_ndim(nint a);
    [SuppressGCTransition]
    [DllImport(Library)] internal static extern long ct_numel(nint a);
    [SuppressGCTransition]
    [DllImport(Library)] internal static extern long ct_element_size(nint a);
    [SuppressGCTransition]
    [DllImport(Library)] internal static extern int ct_dtype(nint a);
    [SuppressGCTransition]
    [DllImport(Library)] internal static extern int ct_device_type(nint a);
    [SuppressGCTransition]
    [DllImport(Library)] internal static extern int ct_device_index(nint a);
    [SuppressGCTransition]
    [DllImport(Library)] internal static extern bool ct_is_contiguous(nint a);
    [SuppressGCTransition]
    [DllImport(Library)] internal static extern bool ct_is_leaf(nint a);
    [SuppressGCTransition]
    [DllImport(Library)] internal static extern bool ct_requires_grad(nint a);
    [DllImport(Library)] internal static extern bool ct_is_sparse(nint a);
    [DllImport(Library)] internal static extern bool ct_is_pinned(nint a);
    [SuppressGCTransition]
    [DllImport(Library)] internal static extern long ct_storage_offset(nint a);
    [DllImport(Library)] internal static extern int ct_data(nint a, nint* data);
    [SuppressGCTransition]
    [DllImport(Library)] internal static extern int ct_sizes(nint a, long* result, int capacity);
    [SuppressGCTransition]
    [DllImport(Library)] internal static extern int ct_strides(nint a, long* result, int capacity);
    [DllImport(Library)] internal static extern int ct_size(nint a, long dim, long* result);
    [DllImport(Library)] internal static extern int ct_stride(nint a, long dim, long* result);
    [DllImport(Library)] internal static extern int ct_set_requires_grad(nint a, bool on);
    [DllImport(Library)] internal static extern int ct_retain_grad(nint a);
    [DllImport(Library)] internal static extern nint ct_grad(nint a);
    [DllImport(Library)] internal static extern int ct_set_grad(nint a, nint value);
    [DllImport(Library)] internal static extern int ct_item_double(nint a, double* result);
    [DllImport(Library)] internal static extern int ct_item_long(nint a, long* result);
    [DllImport(Library)] internal static extern int ct_item(nint a, Num* result);
    [DllImport(Library)] internal static extern nint ct_to(nint a, int type, int device, int index, bool non_blocking, bool copy);
    [DllImport(Library)] internal static extern nint ct_pin_memory(nint a);
    [DllImport(Library)] internal static extern int ct_set_(nint a, nint source);
    [DllImport(Library)] internal static extern int ct_copy_(nint a, nint source, bool non_blocking);
    [DllImport(Library)] internal static extern int ct_get_num_threads();
    [DllImport(Library)] internal static extern int ct_set_num_threads(int n);
    [DllImport(Library)] internal static extern int ct_get_num_interop_threads();
    [DllImport(Library)] internal static extern int ct_set_num_interop_threads(int n);
    [DllImport(Library)] internal static extern bool ct_cuda_is_available();
    [DllImport(Library)] internal static extern int ct_cuda_device_count();
    [DllImport(Library)] internal static extern int ct_cuda_synchronize(long index);
    [DllImport(Library)] internal static extern bool ct_cuda_get_allow_tf32();
    [DllImport(Library)] internal static extern void ct_cuda_set_allow_tf32(bool on);
    [DllImport(Library)] internal static extern bool ct_cudnn_get_allow_tf32();
    [DllImport(Library)] internal static extern void ct_cudnn_set_allow_tf32(bool on);
}
