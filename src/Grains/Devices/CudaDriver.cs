using System.Runtime.InteropServices;
using System.Text;

namespace Cluster.Grains;

/// <summary>
/// What a CUDA device is, as its driver says: libtorch's public interface in .NET does not tell. To ask makes no context on the
/// device and takes none of its memory. Devices are numbered as libtorch numbers them: both follow CUDA_VISIBLE_DEVICES.
/// </summary>
internal static partial class CudaDriver
{
    private const string Library = "libcuda.so.1";
    private const int Success = 0;

    /// <summary>Bytes of memory and the model's name; zero and an empty text where the driver does not tell.</summary>
    public static unsafe (long Memory, string Model) Describe(int index)
    {
        try
        {
            if (Initialize(0) != Success || DeviceGet(out int device, index) != Success || TotalMemory(out nuint bytes, device) != Success)
            {
                return (0, "");
            }

            byte* name = stackalloc byte[128];
            return ((long)bytes, GetName(name, 128, device) == Success ? Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name)) : "");
        }
        catch (Exception none) when (none is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return (0, "");
        }
    }

    [LibraryImport(Library, EntryPoint = "cuInit")]
    private static partial int Initialize(uint flags);

    [LibraryImport(Library, EntryPoint = "cuDeviceGet")]
    private static partial int DeviceGet(out int device, int ordinal);

    [LibraryImport(Library, EntryPoint = "cuDeviceTotalMem_v2")]
    private static partial int TotalMemory(out nuint bytes, int device);

    [LibraryImport(Library, EntryPoint = "cuDeviceGetName")]
    private static unsafe partial int GetName(byte* name, int length, int device);
}
