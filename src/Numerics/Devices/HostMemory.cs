using System.Runtime.InteropServices;

namespace Cluster.Numerics;

/// <summary>
/// How the C library keeps the memory of tensors. By itself glibc asks the kernel for each large tensor and gives it back after use: the
/// kernel then clears its pages again and again in every step. Here it keeps what was freed for the next tensor, as a
/// caching allocator does on a GPU. Whoever sets one of the C library's own variables (<c>MALLOC_…</c>, <c>GLIBC_TUNABLES</c>) is not overruled.
/// </summary>
internal static partial class HostMemory
{
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MmapThreshold = -3;

    /// <summary>Larger tensors come from the kernel; older glibc takes no more than the second.</summary>
    private const int LargestKept = 1 << 30, LargestKeptBefore = 32 << 20;

    /// <summary>How much more than is needed is asked for at a time.</summary>
    private const int Ahead = 64 << 20;

    private static readonly Lock Gate = new();
    private static bool done;

    /// <summary>Sets it up, once a process.</summary>
    public static void Keep()
    {
        lock (Gate)
        {
            if (done) return;
            done = true;
        }

        if (!OperatingSystem.IsLinux() || IsChosen(Environment.GetEnvironmentVariable)) return;
        try
        {
            _ = Set(MmapThreshold, LargestKept) != 0 || Set(MmapThreshold, LargestKeptBefore) != 0;
            _ = Set(TrimThreshold, int.MaxValue);
            _ = Set(TopPad, Ahead);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, which keeps memory in its own way.
        }
    }

    /// <summary>Whether the user has chosen for himself.</summary>
    internal static bool IsChosen(Func<string, string?> variable) =>
        variable("MALLOC_MMAP_THRESHOLD_") is not null || variable("MALLOC_TRIM_THRESHOLD_") is not null
        || variable("GLIBC_TUNABLES")?.Contains("glibc.malloc.", StringComparison.Ordinal) is true;

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int Set(int parameter, int value);
}
