using System.Reflection;
using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>
/// The C boundary to libtorch. A function that makes a tensor answers zero when it failed, one that changes a tensor answers 1;
/// <see cref="Error"/> then turns libtorch's message into an exception. No native exception crosses.
/// </summary>
internal static unsafe partial class Native
{
    private const string Library = "ClusterTorch";

    static Native() => NativeLibrary.SetDllImportResolver(typeof(Native).Assembly, Resolve);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library) return 0;
        try
        {
            return NativeLibrary.Load(name, assembly, path);
        }
        catch (DllNotFoundException e)
        {
            throw new DllNotFoundException(
                $"lib{Library}.so could not be loaded. It is compiled by standins/TorchSharp/native/build.sh and belongs beside " +
                $"{assembly.Location}; it needs libtorch (Debian: libtorch-dev and libopenblas0-openmp). The loader said: {e.Message}", e);
        }
    }

    /// <summary>The failure that the last call of this thread reported, with libtorch's own message.</summary>
    internal static ExternalException Error() =>
        new(TakeMessage() ?? "libtorch answered with an undefined tensor");

    /// <summary>The message of this thread's last failure, which is then forgotten; null where there was none.</summary>
    internal static string? TakeMessage()
    {
        var message = Marshal.PtrToStringUTF8(ct_last_error());
        ct_clear_error();
        return string.IsNullOrEmpty(message) ? null : message;
    }

    internal static void Check(int failed)
    {
        if (failed != 0) throw Error();
    }
}
