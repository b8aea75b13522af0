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

    /// <summary>Threads that this one starts get the usual slice: .NET may let it start one of the pool's.</summary>
    private const ulong ResetOnFork = 1;

    /// <summary>The system calls sched_setattr and sched_getattr, which older C libraries lack.</summary>
    private static readonly (nint Set, nint Get) Numbers = !OperatingSystem.IsLinux() ? default : RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => (314, 315),
        Architecture.Arm64 => (274, 275),
        _ => default,
    };

    /// <summary>The calling thread's; zero where the kernel does not tell.</summary>
    public static TimeSpan Mine => Read(out Attributes now) ? TimeSpan.FromTicks((long)(now.Runtime / 100)) : TimeSpan.Zero;

    /// <summary>Asks for a slice for the calling thread, whose policy and priority stay.</summary>
    /// <returns>Whether the kernel gives it; older ones and other systems do not.</returns>
    public static bool Ask(TimeSpan slice)
    {
        if (!Read(out Attributes wanted))
        {
            return false;
        }

        wanted.Size = (uint)sizeof(Attributes);
        wanted.Flags |= ResetOnFork;
        wanted.Runtime = (ulong)slice.Ticks * 100;
        return Call(Numbers.Set, 0, &wanted, 0, 0) == 0 && Mine == slice;
    }

    private static bool Read(out Attributes now)
    {
        Attributes read = default;
        bool done = Numbers.Get != 0 && Call(Numbers.Get, 0, &read, sizeof(Attributes), 0) == 0;
        now = read;
        return done;
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Call(nint number, nint thread, Attributes* attributes, nint third, nint fourth);

    /// <summary>struct sched_attr in its first version (sched_setattr(2)); times are nanoseconds.</summary>
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
