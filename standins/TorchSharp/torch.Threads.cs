using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>How many threads one operation of the calling thread may use.</summary>
    public static int get_num_threads() => Native.ct_get_num_threads();

    /// <summary>Sets how many threads one operation of the calling thread may use. It belongs to the thread: set it on each.</summary>
    public static void set_num_threads(int num) => Native.Check(Native.ct_set_num_threads(num));

    public static int get_num_interop_threads() => Native.ct_get_num_interop_threads();

    /// <summary>Only before the first parallel work between operations, and only once.</summary>
    public static void set_num_interop_threads(int num) => Native.Check(Native.ct_set_num_interop_threads(num));

    /// <summary>Throws the calling thread's last native failure, if there is one.</summary>
    /// <exception cref="System.Runtime.InteropServices.ExternalException">With libtorch's message.</exception>
    public static void CheckForErrors()
    {
        if (Native.TakeMessage() is { } message) throw new System.Runtime.InteropServices.ExternalException(message);
    }

    /// <summary>The version of libtorch that the C boundary was compiled against, as in "1.13.1".</summary>
    public static string __version__ { get; } = $"{Native.ct_version_major()}.{Native.ct_version_minor()}.{Native.ct_version_patch()}";
}
