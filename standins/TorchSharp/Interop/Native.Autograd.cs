using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

// native/autograd.cpp: gradients and the modes of a thread.
internal static unsafe partial class Native
{
    [DllImport(Library)] internal static extern int ct_backward(nint* ts, long n, nint* gs, long m, bool retain, bool create, nint* inputs, long k);
    [DllImport(Library)] internal static extern int ct_grad_of(nint* outputs, long n, nint* inputs, long k, nint* gs, long m, bool retain, bool create, bool allow_unused, nint* results);
    [SuppressGCTransition]
    [DllImport(Library)] internal static extern bool ct_grad_enabled();
    [SuppressGCTransition]
    [DllImport(Library)] internal static extern void ct_set_grad_enabled(bool on);
    [DllImport(Library)] internal static extern nint ct_inference_enter(bool on);
    [DllImport(Library)] internal static extern void ct_inference_exit(nint guard);
    [SuppressGCTransition]
    [DllImport(Library)] internal static extern bool ct_inference_enabled();
}
