using TorchSharp;

namespace Cluster.Numerics.Tests;

/// <summary>Which CPUs a device thread keeps to, as read, dealt out and obeyed.</summary>
public sealed class CpuSetTests
{
    [Theory]
    [InlineData("0", "0", 1)]
    [InlineData("0-3,8", "0-3,8", 5)]
    [InlineData("8,2,1,0,2", "0-2,8", 4)]
    [InlineData("1023", "1023", 1)]
    public void A_list_is_read_as_the_kernel_writes_it(string text, string shown, int count)
    {
        CpuSet read = CpuSet.Parse(text)!;
        Assert.Equal((shown, count), (read.ToString(), read.Count));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0,")]
    [InlineData("3-1")]
    [InlineData("-1")]
    [InlineData("0-")]
    [InlineData("1-2-3")]
    [InlineData("1024")]
    [InlineData("0-99999999999")]
    [InlineData("all")]
    [InlineData("0, 1")]
    public void What_is_no_list_is_refused(string text) => Assert.Null(CpuSet.Parse(text));

    [Theory]
    [InlineData("0-7", 2, "0-3 4-7")]
    [InlineData("0-4", 2, "0-1 2-4")]
    [InlineData("3,5,9", 3, "3 5 9")]
    [InlineData("0-1", 1, "0-1")]
    public void Parts_differ_by_one_at_most(string all, int parts, string dealt) =>
        Assert.Equal(dealt, string.Join(' ', CpuSet.Parse(all)!.Deal(parts, cpu => cpu)));

    /// <summary>Four cores, of which CPUs c and c+4 are the two hardware threads.</summary>
    [Theory]
    [InlineData(2, "0-1,4-5 2-3,6-7")]
    [InlineData(4, "0,4 1,5 2,6 3,7")]
    [InlineData(8, "0 4 1 5 2 6 3 7")]
    public void Hardware_threads_of_a_core_stay_together(int parts, string dealt) =>
        Assert.Equal(dealt, string.Join(' ', CpuSet.Parse("0-7")!.Deal(parts, cpu => cpu % 4)));

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void More_parts_than_CPUs_are_refused(int parts) => Assert.Throws<ArgumentOutOfRangeException>(() => CpuSet.Parse("0-1")!.Deal(parts));

    /// <summary>The team of the thread's operations must keep to them too; what .NET starts from there must not.</summary>
    [Fact]
    public async Task A_device_thread_keeps_to_its_CPUs()
    {
        if (CpuSet.Mine is not { } all)
        {
            return;
        }

        CpuSet last = all.Deal(all.Count)[^1];
        await using DeviceThread device = new("cpu:kept", torch.CPU, 1, last);
        Assert.Equal(last.ToString(), (await device.RunAsync(() => CpuSet.Mine))!.ToString());
        Assert.Equal(all.ToString(), CpuSet.Mine!.ToString());
        Assert.Equal(all.ToString(), (await device.RunAsync(FromANewThread))!.ToString());
    }

    [Fact]
    public async Task The_team_of_an_operation_keeps_to_them()
    {
        if (CpuSet.Mine is not { Count: >= 2 } all)
        {
            return;
        }

        CpuSet two = CpuSet.Parse(string.Join(',', all.Deal(all.Count).Take(2)))!;
        await using DeviceThread device = new("cpu:team", torch.CPU, 2, two);
        string[] seen = await device.RunAsync(() =>
        {
            torch.randn(512, 512).mm(torch.randn(512, 512)).Dispose();
            Seen work = new(new string[64]);
            IntraOp.For(64, 1, work);
            return work.Cpus;
        });
        Assert.Equal([two.ToString()], seen.Distinct());
    }

    /// <summary>Two members of a team that share a CPU would each wait while the other spins.</summary>
    [Fact]
    public async Task Fewer_CPUs_than_threads_are_not_kept_to()
    {
        if (CpuSet.Mine is not { } all)
        {
            return;
        }

        await using DeviceThread device = new("cpu:free", torch.CPU, all.Count + 1, all.Deal(all.Count)[0]);
        Assert.Equal(all.ToString(), (await device.RunAsync(() => CpuSet.Mine))!.ToString());
    }

    [Fact]
    public async Task Where_the_process_may_run_on_none_of_them_the_thread_runs_anywhere()
    {
        if (CpuSet.Mine is not { } all || all.Without(CpuSet.Parse("0-1022")!).Count > 0)
        {
            return;
        }

        await using DeviceThread device = new("cpu:nowhere", torch.CPU, 1, CpuSet.Parse("1023"));
        Assert.Equal(all.ToString(), (await device.RunAsync(() => CpuSet.Mine))!.ToString());
    }

    private static CpuSet? FromANewThread()
    {
        CpuSet? there = null;
        Thread thread = new(() => there = CpuSet.Mine);
        thread.Start();
        thread.Join();
        return there;
    }

    private readonly struct Seen(string[] cpus) : IRangeWork
    {
        public string[] Cpus => cpus;

        public void Run(int first, int count)
        {
            cpus[first] = CpuSet.Mine!.ToString();
            Thread.SpinWait(20_000); // so that the other member gets some of the work
        }
    }
}
