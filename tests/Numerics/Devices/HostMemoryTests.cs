using System.Globalization;
using TorchSharp;

namespace Cluster.Numerics.Tests;

/// <summary>What a tensor has freed, the next one takes without a visit to the kernel.</summary>
public sealed class HostMemoryTests
{
    private static readonly string[] Own = ["MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "GLIBC_TUNABLES"];

    [Theory]
    [InlineData("MALLOC_MMAP_THRESHOLD_", "131072", true)]
    [InlineData("MALLOC_TRIM_THRESHOLD_", "0", true)]
    [InlineData("GLIBC_TUNABLES", "glibc.malloc.mmap_threshold=131072", true)]
    [InlineData("GLIBC_TUNABLES", "glibc.pthread.rseq=0", false)]
    [InlineData("MALLOC_ARENA_MAX", "2", false)]
    public void Whoever_chose_thresholds_is_not_overruled(string name, string value, bool chosen) =>
        Assert.Equal(chosen, HostMemory.IsChosen(asked => asked == name ? value : null));

    [Fact]
    public async Task Freed_memory_is_kept_for_the_next_tensor()
    {
        if (!OperatingSystem.IsLinux() || Array.Exists(Own, name => Environment.GetEnvironmentVariable(name) is not null))
        {
            return;
        }

        await using DeviceThread device = new("cpu:memory", torch.CPU, 1);
        // An aligned request does not fit where one of its size was just freed; it takes a heap of 64 MiB until pieces meet. And other tests
        // allocate beside this one: of several times the best counts.
        long faults = await device.RunAsync(() => Enumerable.Range(0, 10).Min(_ => FaultsOf(50)));

        // Given back each time, 50 tensors of 1,024 pages would cost 51,200 faults each time, or 100 with pages of 2 MiB.
        Assert.InRange(faults, 0, 50);
    }

    private static long FaultsOf(int tensors)
    {
        long before = Faults();
        for (int again = 0; again < tensors; again++)
        {
            Fill();
        }

        return Faults() - before;
    }

    private static void Fill() => torch.ones(1 << 20).Dispose();

    /// <summary>Pages that the kernel had to give the present thread so far.</summary>
    private static long Faults()
    {
        string line = File.ReadAllText("/proc/thread-self/stat");
        return long.Parse(line[(line.LastIndexOf(')') + 2)..].Split(' ')[7], CultureInfo.InvariantCulture);
    }
}
