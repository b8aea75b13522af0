using System.Runtime.InteropServices;

namespace Cluster.Grains;

/// <summary>
/// How long Linux lets a thread run before others of the same priority have their turn. Since Linux 6.12 each thread may ask for a slice of
/// its own (EEVDF's custom slice), and one that wakes goes at once before one whose slice is longer, as long as it has had no more than
/// its share. A thread that is always busy gives way to messages like that, and gets no less of the processor in all.
/// </summary>
internal static unsafe partial class TimeSlice
{
    /// <summary>The longest that the kernel gives.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(100);

    /// <summary>Asks for a slice for the calling thread, whose policy and priority stay.</summary>
    /// <returns>Whether the kernel gives it; older ones and other systems do not.</returns>
    public static bool Ask(TimeSpan slice)
    {
        (nint get, nint set) = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => (315, 314),
            Architecture.Arm64 => (275, 274),
            _ => (0, 0),
        };
        ulong nanoseconds = (ulong)slice.Ticks * 100;
        Attributes now = default;
        if (!OperatingSystem.IsLinux() || get == 0 || Call(get, 0, &now, sizeof(Attributes), 0) != 0)
        {
            return false;
        }

        now.Size = (uint)sizeof(Attributes);
        now.Runtime = nanoseconds;
        return Call(set, 0, &now, 0, 0) == 0 && Call(get, 0, &now, sizeof(Attributes), 0) == 0 && now.Runtime == nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Call(nint number, nint thread, Attributes* attributes, nint third, nint fourth);

    /// <summary>struct sched_attr in its first version (sched_setattr(2)).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Attributes
    {
        public uint Size;
        public uint Policy;
        public ulong Flags;
        public int Nice;
        public uint Priority;
        public ulong Runtime;
        public ulong Deadline;
        public ulong Period;
    }
}
