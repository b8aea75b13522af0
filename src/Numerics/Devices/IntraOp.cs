using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Cluster.Numerics;

/// <summary>
/// Spreads a pass over CPU memory over the threads that libtorch's operations use on the present <see cref="DeviceThread"/>: its own
/// OpenMP team, as many as it was started with, which ends with that thread. Another set of threads would fight this one, whose
/// members spin for a while after each matrix product. On any other thread, and where libtorch brings no GNU OpenMP, the caller
/// does everything.
/// <para>Items are cut into ranges of a fixed size, whatever the number of threads, so that neither that number nor who takes which
/// range changes a bit of what is computed from a range alone.</para>
/// </summary>
public static unsafe class IntraOp
{
    /// <summary>Looked for when the first thread gets a team: before that libtorch may not have been loaded, and random numbers without tensors are drawn earlier.</summary>
    private static delegate* unmanaged<delegate* unmanaged<void*, void>, void*, uint, uint, void> parallel;

    /// <summary>How many threads work for the present one, itself among them; 0 for itself alone.</summary>
    [ThreadStatic]
    private static int team;

    /// <summary>How many threads <see cref="For"/> may use here, at least 1; 1 within its work.</summary>
    public static int Threads => Math.Max(1, team);

    /// <summary>Gives the present thread a team; libtorch must have been loaded.</summary>
    internal static void Use(int threads)
    {
        if (parallel is null) parallel = Find();
        team = parallel is null ? 1 : threads;
    }

    /// <summary>Calls the work for ranges of items until all are done; what it throws comes out of here.</summary>
    /// <typeparam name="TWork">Its spans and pointers must last until this returns.</typeparam>
    /// <param name="items">Items altogether, at least 0.</param>
    /// <param name="grain">Items of a range, at least 1: some ten microseconds' work. The last range may have fewer.</param>
    /// <param name="work">What to do.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 0 items, or a grain below 1.</exception>
    public static void For<TWork>(int items, int grain, TWork work)
        where TWork : struct, IRangeWork, allows ref struct
    {
        ArgumentOutOfRangeException.ThrowIfNegative(items);
        ArgumentOutOfRangeException.ThrowIfLessThan(grain, 1);
        var ranges = items / grain + (items % grain == 0 ? 0 : 1);
        var threads = Math.Min(ranges, team);
        if (threads <= 1)
        {
            for (var range = 0; range < ranges; range++) RunRange(ref work, items, grain, range);
            return;
        }

        var job = new Job { Work = Unsafe.AsPointer(ref work), RunRange = &RunRange<TWork>, Items = items, Grain = grain, Ranges = ranges };
        var all = team;
        team = 1;
        parallel(&Take, &job, (uint)threads, 0);
        team = all;
        if (job.Problem == 0) return;
        var handle = GCHandle.FromIntPtr(job.Problem);
        var problem = (ExceptionDispatchInfo)handle.Target!;
        handle.Free();
        problem.Throw();
    }

    private static void RunRange<TWork>(ref TWork work, int items, int grain, int range)
        where TWork : struct, IRangeWork, allows ref struct
    {
        var first = range * grain;
        work.Run(first, Math.Min(grain, items - first));
    }

    private static void RunRange<TWork>(void* work, int items, int grain, int range)
        where TWork : struct, IRangeWork, allows ref struct =>
        RunRange(ref Unsafe.AsRef<TWork>(work), items, grain, range);

    /// <summary>A thread of the team: takes ranges until none is left. No exception may cross into OpenMP.</summary>
    [UnmanagedCallersOnly]
    private static void Take(void* given)
    {
        var job = (Job*)given;
        try
        {
            for (int range; (range = Interlocked.Increment(ref job->Taken) - 1) < job->Ranges;) job->RunRange(job->Work, job->Items, job->Grain, range);
        }
        catch (Exception e)
        {
            var handle = GCHandle.ToIntPtr(GCHandle.Alloc(ExceptionDispatchInfo.Capture(e)));
            if (Interlocked.CompareExchange(ref job->Problem, handle, 0) != 0) GCHandle.FromIntPtr(handle).Free();
        }
    }

    /// <summary>GOMP_parallel of the very library that libtorch has loaded: a second copy would have a second team.</summary>
    private static delegate* unmanaged<delegate* unmanaged<void*, void>, void*, uint, uint, void> Find()
    {
        if (!OperatingSystem.IsLinux()) return null;
        var loaded = File.ReadLines("/proc/self/maps")
            .Select(line => line.IndexOf('/') is >= 0 and var at ? line[at..] : "")
            .FirstOrDefault(path => Path.GetFileName(path).StartsWith("libgomp", StringComparison.Ordinal));
        return loaded is not null && NativeLibrary.TryLoad(loaded, out var library) && NativeLibrary.TryGetExport(library, "GOMP_parallel", out var function)
            ? (delegate* unmanaged<delegate* unmanaged<void*, void>, void*, uint, uint, void>)function
            : null;
    }

    private struct Job
    {
        public void* Work;
        public delegate*<void*, int, int, int, void> RunRange;
        public int Items, Grain, Ranges, Taken;
        public nint Problem;
    }
}
