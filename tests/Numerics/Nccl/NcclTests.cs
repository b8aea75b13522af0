using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics.Tests;

/// <summary>NCCL's C API, against a library that implements it for threads of one process.</summary>
[Collection("nccl")]
public sealed class NcclTests
{
    public NcclTests()
    {
        if (HostNccl.Missing is null) HostNccl.Reset();
    }

    [HostNcclTheory]
    [InlineData(2, ScalarType.Float32)]
    [InlineData(3, ScalarType.Float64)]
    public async Task Ranks_add_to_a_root_and_copy_from_it_in_place(int ranks, ScalarType type)
    {
        var library = NcclLibrary.Load(HostNccl.File);
        Assert.Equal(("2.18.1", HostNccl.File), (NcclLibrary.Text(library.Version), library.Path));
        var id = library.NewId();
        var made = await Together(ranks, rank =>
        {
            using var scope = NewDisposeScope();
            var whole = arange(10, type).mul(rank + 1).contiguous();
            using NcclCommunicator communicator = new(library, ranks, rank);
            communicator.Connect(NcclUniqueId.Of(id.ToArray()));
            var first = whole.narrow(0, 0, 4);
            var rest = whole.narrow(0, 4, 6);
            communicator.Group(group =>
            {
                group.Reduce(first, 0);
                group.Reduce(rest, ranks - 1);
            });
            var summed = whole.clone();
            communicator.Group(group =>
            {
                group.Broadcast(first, 0);
                group.Broadcast(rest, ranks - 1);
            });
            return (Summed: Values(summed), Copied: Values(whole));
        });
        double all = ranks * (ranks + 1) / 2;
        for (var rank = 0; rank < ranks; rank++)
        {
            var turn = rank;
            Assert.Equal(Enumerable.Range(0, 10).Select(i => i * ((i < 4 ? turn == 0 : turn == ranks - 1) ? all : turn + 1)), made[rank].Summed);
            Assert.Equal(Enumerable.Range(0, 10).Select(i => i * all), made[rank].Copied);
        }

        await Freed();
        Assert.Equal((ranks, 0), (HostNccl.Destroyed, HostNccl.Aborted));
    }

    [HostNcclFact]
    public async Task Whoever_waits_for_a_rank_that_does_not_come_is_called_off()
    {
        var library = NcclLibrary.Load(HostNccl.File);
        using NcclCommunicator alone = new(library, 2, 0);
        var connecting = Task.Run(() => alone.Connect(library.NewId()));
        await Until(() => HostNccl.Live > 0);
        Assert.False(connecting.IsCompleted);
        alone.Abort();
        Assert.Contains("rank 0 of 2 was called off", (await Assert.ThrowsAsync<NcclException>(() => connecting)).Message, StringComparison.Ordinal);
        Assert.Equal(0, HostNccl.Live);

        HostNccl.Hang(1, 1);
        var id = library.NewId();
        NcclCommunicator[] both = [new(library, 2, 0), new(library, 2, 1)];
        var working = both.Select(each => Task.Run(() =>
        {
            using var ones = torch.ones(3);
            each.Connect(id);
            each.Group(group => group.Reduce(ones, 0));
        })).ToArray();
        await Until(() => HostNccl.Connected == 1);
        await Task.WhenAny(Task.WhenAny(working), Task.Delay(20));
        Assert.All(working, each => Assert.False(each.IsCompleted));
        foreach (var each in both) each.Abort();
        foreach (var each in working) Assert.Contains("called off", (await Assert.ThrowsAsync<NcclException>(() => each)).Message, StringComparison.Ordinal);

        // What is over stays over, and ending it again does nothing.
        Assert.Contains("called off", Assert.Throws<NcclException>(() => both[0].Group(_ => { })).Message, StringComparison.Ordinal);
        both[0].Abort();
        both[0].Dispose();
        Assert.Equal((0, 3), (HostNccl.Live, HostNccl.Aborted));
    }

    [HostNcclFact]
    public async Task Failures_say_what_failed_on_which_rank_and_what_would_be_right()
    {
        var library = NcclLibrary.Load(HostNccl.File);
        HostNccl.Refuse(1);
        using NcclCommunicator refused = new(library, 2, 1);
        var problem = Assert.Throws<NcclException>(() => refused.Connect(library.NewId()));
        Assert.Equal(NcclResult.SystemError, problem.Result);
        Assert.Equal(
            "ncclCommInitRankConfig of rank 1 of 2 failed: unhandled system error (2): no network interface was found; look at the network between the ranks "
            + "(NCCL_SOCKET_IFNAME names the interface) and at the size of /dev/shm", problem.Message);
        HostNccl.Reset();

        NcclUniqueId none = default;
        Assert.Contains("invalid argument (4): the id is none of ncclGetUniqueId", Assert.Throws<NcclException>(() => refused.Connect(none)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => NcclUniqueId.Of(new byte[127]));

        HostNccl.Break(0, 1);
        var id = library.NewId();
        using Barrier connected = new(2); // who learns late that all have connected would learn of the loss instead
        var problems = await Together(2, rank =>
        {
            using NcclCommunicator communicator = new(library, 2, rank);
            using var ones = torch.ones(3);
            communicator.Connect(id);
            connected.SignalAndWait();
            var broken = Assert.Throws<NcclException>(() => communicator.Group(group => group.Broadcast(ones, 0)));
            communicator.Abort();
            return broken;
        });
        Assert.All(problems, each => Assert.Equal(NcclResult.RemoteError, each.Result));
        Assert.Contains("look for another rank that ended", problems[0].Message, StringComparison.Ordinal);

        using NcclCommunicator single = new(library, 1, 0);
        single.Connect(library.NewId());
        using var bytes = zeros(4, ScalarType.Int32);
        Assert.Throws<ArgumentException>(() => single.Group(group => group.Reduce(bytes, 0)));
        using var values = torch.ones(4);
        Assert.Contains("no such root", Assert.Throws<NcclException>(() => single.Group(group => group.Reduce(values, 3))).Message, StringComparison.Ordinal);
        single.Group(group => group.Reduce(values, 0));
        Assert.Equal([1, 1, 1, 1], Values(values));
    }

    [HostNcclFact]
    public void A_library_that_is_missing_old_or_lacks_a_function_is_named()
    {
        Assert.Equal("/nowhere/libnccl.so.2 was not found; name NVIDIA's libnccl.so.2", Assert.Throws<NcclException>(() => NcclLibrary.Load("/nowhere/libnccl.so.2")).Message);
        var text = Path.GetTempFileName();
        Assert.Equal($"{text} is no library that can be loaded here; name NVIDIA's libnccl.so.2", Assert.Throws<NcclException>(() => NcclLibrary.Load(text)).Message);
        var lacking = HostNccl.Compile("-DWITHOUT_REDUCE");
        Assert.Equal($"{lacking} lacks ncclReduce; it is no NCCL, or one older than 2.14", Assert.Throws<NcclException>(() => NcclLibrary.Load(lacking)).Message);
        var old = HostNccl.Compile("-DVERSION=21304");
        Assert.Equal($"{old} is NCCL 2.13.4; 2.14 or newer is needed", Assert.Throws<NcclException>(() => NcclLibrary.Load(old)).Message);
    }

    [NcclHeaderFact]
    public void The_tests_library_fits_NVIDIAs_header()
    {
        string[] folders = [.. NcclHeaderFactAttribute.Folders.SelectMany(folder => (string[])["-I", folder])];
        Assert.True(File.Exists(HostNccl.Compile(["-DNCCL_HEADER=<nccl.h>", "-DNCCL_OS_LINUX", "-Werror", .. folders])));
    }

    [Fact]
    public void A_pointer_is_that_of_a_views_first_element()
    {
        using var scope = NewDisposeScope();
        var whole = arange(12, ScalarType.Float64);
        var view = whole.narrow(0, 5, 3);
        unsafe
        {
            Assert.Equal(5.0, *(double*)DevicePointer.Of(view));
            Assert.Equal(0.0, *(double*)DevicePointer.Of(whole));
            *(double*)DevicePointer.Of(view) = -1;
        }

        Assert.Equal(-1, whole[5].item<double>());
        Assert.True(DevicePointer.IsKnown);
        Assert.Throws<ArgumentException>(() => DevicePointer.Of(whole.view(3, 4).t()));
        Assert.Throws<ArgumentException>(() => DevicePointer.Of(zeros(2, ScalarType.Int64)));
    }

    private static double[] Values(Tensor tensor)
    {
        using var wide = tensor.to_type(ScalarType.Float64);
        return wide.data<double>().ToArray();
    }

    private static Task<T[]> Together<T>(int ranks, Func<int, T> work) =>
        Task.WhenAll(Enumerable.Range(0, ranks).Select(rank => Task.Factory.StartNew(() => work(rank), TaskCreationOptions.LongRunning)));

    private static Task Freed() => Until(() => HostNccl.Live == 0);

    private static async Task Until(Func<bool> reached)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(1)); // a hang ends the test, not the suite
        while (!reached()) await Task.Delay(1, limit.Token);
    }
}
