using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Cluster.Numerics;

/// <summary>
/// Some of the machine's CPUs, by the kernel's numbers. Where several processes train on one machine, each of whose threads is always busy,
/// the kernel moves these about, which costs them their caches, and now and then lets two share a CPU while another one rests. A thread that
/// keeps to CPUs of its own does the same work with the same bits in less time.
/// </summary>
public sealed unsafe partial class CpuSet
{
    /// <summary>Most that the kernel's default set holds (CPU_SETSIZE).</summary>
    private const int Most = 1024;

    private readonly int[] cpus;

    private CpuSet(IEnumerable<int> cpus) => this.cpus = [.. cpus.Distinct().Order()];

    /// <summary>How many there are.</summary>
    public int Count => cpus.Length;

    /// <summary>Those that the calling thread may run on; null where the system does not tell.</summary>
    public static CpuSet? Mine
    {
        get
        {
            if (!OperatingSystem.IsLinux()) return null;
            var bits = stackalloc ulong[Most / 64];
            new Span<ulong>(bits, Most / 64).Clear();
            return GetAffinity(0, Most / 8, bits) == 0
                ? new CpuSet(Enumerable.Range(0, Most).Where(Has(new ReadOnlySpan<ulong>(bits, Most / 64).ToArray())))
                : null;
        }
    }

    /// <summary>Reads a list as the kernel writes it: <c>0-3,8</c>.</summary>
    /// <returns>Null for anything else: a number above 1023, a range that runs backwards, or nothing.</returns>
    public static CpuSet? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<int> read = [];
        foreach (var range in text.Split(','))
        {
            var ends = range.Split('-', 2);
            if (!Number(ends[0], out var first) || !Number(ends[^1], out var last) || last < first) return null;
            read.AddRange(Enumerable.Range(first, last - first + 1));
        }

        return new CpuSet(read);
    }

    /// <summary>Those of these that another set lacks.</summary>
    public CpuSet Without(CpuSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new CpuSet(cpus.Except(other.cpus));
    }

    /// <summary>
    /// Deals them out in parts that differ by one at most. The hardware threads of one core stay together, as long as there are no more
    /// parts than cores.
    /// </summary>
    /// <param name="parts">From 1 to <see cref="Count"/>.</param>
    public IReadOnlyList<CpuSet> Deal(int parts) => Deal(parts, FirstOfCore);

    /// <param name="parts">From 1 to <see cref="Count"/>.</param>
    /// <param name="core">What names a CPU's core.</param>
    internal IReadOnlyList<CpuSet> Deal(int parts, Func<int, int> core)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parts, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parts, Count);
        int[] near = [.. cpus.OrderBy(core).ThenBy(cpu => cpu)];
        return [.. Enumerable.Range(0, parts).Select(part => new CpuSet(near[(part * Count / parts)..((part + 1) * Count / parts)]))];
    }

    /// <summary>
    /// Keeps the calling thread to them. Native threads that it starts from now on do the same, those of an operation of libtorch among
    /// them; threads of .NET do not.
    /// </summary>
    /// <returns>Whether the system does so: only Linux does, and only where the process may run on one of them.</returns>
    public bool Keep()
    {
        if (!OperatingSystem.IsLinux()) return false;
        var bits = stackalloc ulong[Most / 64];
        new Span<ulong>(bits, Most / 64).Clear();
        foreach (var cpu in cpus) bits[cpu / 64] |= 1UL << (cpu % 64);
        return SetAffinity(0, Most / 8, bits) == 0;
    }

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        for (var at = 0; at < cpus.Length;)
        {
            var last = at;
            while (last + 1 < cpus.Length && cpus[last + 1] == cpus[last] + 1) last++;
            if (text.Length > 0) text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $"{cpus[at]}");
            if (last > at) text.Append(CultureInfo.InvariantCulture, $"-{cpus[last]}");
            at = last + 1;
        }

        return text.ToString();
    }

    private static bool Number(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < Most;

    private static Func<int, bool> Has(ulong[] bits) => cpu => (bits[cpu / 64] >> (cpu % 64) & 1) != 0;

    /// <summary>The first hardware thread of a CPU's core; the CPU itself where the kernel does not tell.</summary>
    private static int FirstOfCore(int cpu)
    {
        try
        {
            var siblings = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list"));
            return Parse(siblings.Trim())?.cpus[0] ?? cpu;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException)
        {
            return cpu;
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nint bytes, ulong* bits);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nint bytes, ulong* bits);
}
