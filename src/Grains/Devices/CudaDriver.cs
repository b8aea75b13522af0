using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using Cluster.Contracts;

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

    /// <summary>What tells the device from all others of all machines; null where the driver does not tell.</summary>
    public static unsafe string? Id(int index)
    {
        try
        {
            byte* id = stackalloc byte[16];
            return Initialize(0) == Success && DeviceGet(out int device, index) == Success && GetId(id, device) == Success
                ? Convert.ToHexStringLower(new ReadOnlySpan<byte>(id, 16))
                : null;
        }
        catch (Exception none) when (none is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return null;
        }
    }

    /// <summary>
    /// Makes a device the calling thread's present one, in the context that libtorch uses too. libtorch's operations find their tensors'
    /// device themselves and leave the present one as it was.
    /// </summary>
    /// <exception cref="ExchangeException">The driver refuses.</exception>
    public static void MakeCurrent(int index)
    {
        nint context = Contexts.GetOrAdd(index, static index =>
        {
            int result = Initialize(0);
            nint context = 0;
            result = result == Success ? DeviceGet(out int device, index) is var got and not Success ? got : RetainPrimary(out context, device) : result;
            return result == Success ? context : throw new ExchangeException($"the CUDA driver gives no context of cuda:{index} (error {result})");
        });
        if (SetCurrent(context) is var result and not Success)
        {
            throw new ExchangeException($"the CUDA driver does not make cuda:{index} the thread's device (error {result})");
        }
    }

    /// <summary>Each is held until the process ends, as libtorch holds it.</summary>
    private static readonly ConcurrentDictionary<int, nint> Contexts = new();

    [LibraryImport(Library, EntryPoint = "cuInit")]
    private static partial int Initialize(uint flags);

    [LibraryImport(Library, EntryPoint = "cuDeviceGet")]
    private static partial int DeviceGet(out int device, int ordinal);

    [LibraryImport(Library, EntryPoint = "cuDeviceTotalMem_v2")]
    private static partial int TotalMemory(out nuint bytes, int device);

    [LibraryImport(Library, EntryPoint = "cuDeviceGetName")]
    private static unsafe partial int GetName(byte* name, int length, int device);

    [LibraryImport(Library, EntryPoint = "cuDeviceGetUuid_v2")]
    private static unsafe partial int GetId(byte* id, int device);

    [LibraryImport(Library, EntryPoint = "cuDevicePrimaryCtxRetain")]
    private static partial int RetainPrimary(out nint context, int device);

    [LibraryImport(Library, EntryPoint = "cuCtxSetCurrent")]
    private static partial int SetCurrent(nint context);
}
