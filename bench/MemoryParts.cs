using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using TorchSharp;

namespace Cluster.Bench;

/// <summary>What this process's memory consists of at a moment, in bytes. Linux with glibc.</summary>
/// <param name="Resident">All of it that is in physical memory.</param>
/// <param name="Managed">Committed to the managed heap.</param>
/// <param name="Fragmented">Of that, holes between objects when it was last collected.</param>
/// <param name="Used">Native memory that malloc has given out, tensors among it.</param>
/// <param name="Kept">Address space that malloc keeps for later; not all of it is resident.</param>
/// <param name="Runtime">Compiled code and the runtime's own tables of types and methods, where they are mapped with it.</param>
/// <param name="Files">Resident pages of files: libraries and assemblies.</param>
/// <param name="Threads">Threads.</param>
internal sealed record MemoryParts(long Resident, long Managed, long Fragmented, long Used, long Kept, long Runtime, long Files, int Threads)
{
    public static MemoryParts Now()
    {
        Dictionary<string, long> status = File.ReadLines("/proc/self/status").Select(line => line.Split(':', 2))
            .Where(pair => pair[0] is "VmRSS" or "RssFile" or "Threads")
            .ToDictionary(pair => pair[0], pair => Number(pair[1].Split(' ', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)[0]));
        GCMemoryInfo managed = GC.GetGCMemoryInfo(GCKind.Any);
        MallocFigures malloc = MallInfo2();
        return new MemoryParts(
            status["VmRSS"] << 10, managed.TotalCommittedBytes, managed.FragmentedBytes, (long)(malloc.Used + malloc.Mapped), (long)malloc.Free,
            Mapped("doublemapper") << 10, status["RssFile"] << 10, (int)status["Threads"]);
    }

    /// <summary>The same in MiB, with the number of tensors, as one line.</summary>
    public string ToJson(long step) => JsonSerializer.Serialize(new Dictionary<string, object>
    {
        ["step"] = step,
        ["resident_mib"] = Mib(Resident),
        ["managed_mib"] = Mib(Managed),
        ["managed_holes_mib"] = Mib(Fragmented),
        ["malloc_used_mib"] = Mib(Used),
        ["malloc_kept_mib"] = Mib(Kept),
        ["runtime_mib"] = Mib(Runtime),
        ["files_mib"] = Mib(Files),
        ["threads"] = Threads,
        ["live_tensors"] = torch.Tensor.TotalCount,
    });

    private static double Mib(long bytes) => Math.Round(bytes / 1048576.0, 1);

    /// <summary>Resident KiB of the mappings whose name holds some text.</summary>
    private static long Mapped(string name)
    {
        long sum = 0;
        bool counts = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            if (line.StartsWith("Rss:", StringComparison.Ordinal))
            {
                sum += counts ? Number(line.AsSpan(4, line.Length - 6).Trim()) : 0;
            }
            else if (line.Length > 0 && line[0] is (>= '0' and <= '9') or (>= 'a' and <= 'f'))
            {
                counts = line.Contains(name, StringComparison.Ordinal);
            }
        }

        return sum;
    }

    private static long Number(ReadOnlySpan<char> text) => long.Parse(text, CultureInfo.InvariantCulture);

    [DllImport("libc", EntryPoint = "mallinfo2")]
    private static extern MallocFigures MallInfo2();

    /// <summary>glibc's <c>struct mallinfo2</c>, over all arenas.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MallocFigures
    {
        public nuint Arena, Chunks, FastChunks, Mappings, Mapped, Unused, FastFree, Used, Free, Top;
    }
}
