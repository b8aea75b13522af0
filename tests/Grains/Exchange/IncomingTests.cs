using System.Net;
using Cluster.Contracts;
using Cluster.Numerics;
using Orleans.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains.Tests;

/// <summary>What a borrower of the same silo gets. The meta device, which has shapes and no memory, is the other device.</summary>
[Trait("Orleans", "either")]
public sealed class IncomingTests
{
    private readonly LocalTensors _local = new(new Here());

    [Fact]
    public async Task What_is_lent_on_another_device_is_copied_to_the_one_that_asks()
    {
        await using DeviceThread lender = new("cpu", CPU, 1), borrower = new("meta", META, 1);
        Tensor lent = await lender.RunAsync(() => arange(6, ScalarType.Float32).view(2, 3));
        using LocalTensors.Loan loan = _local.Lend(() => lent, Task.CompletedTask, lender);
        Incoming incoming = new(new TensorMessage(null, loan.Ticket), _local, null);
        Assert.True(incoming.IsOfAnotherThread(borrower));
        Tensor? opened = null;
        await borrower.RunAsync(() =>
        {
            opened = incoming.Open(borrower.Device);
            Assert.Equal((DeviceType.META, ScalarType.Float32), (opened.device_type, opened.dtype));
            Assert.Equal([2L, 3], opened.shape);
            using Tensor again = incoming.Open(borrower.Device); // a loan can be opened more than once
            using Tensor sum = opened + again;                   // both on one device, or this throws
        });
        Assert.True(opened!.IsInvalid); // the copy went with the work that opened it
        Assert.Equal([0, 1, 2, 3, 4, 5], lent.data<float>().ToArray());
        lent.Dispose();
    }

    /// <summary>A run that meets this goes back to its checkpoint: whatever closed the lender, the next attempt finds another.</summary>
    [Fact]
    public async Task What_a_closed_lender_has_lent_counts_as_a_loss()
    {
        await using DeviceThread device = new("cpu", CPU, 1);
        Tensor freed = zeros(3);
        LocalTensors.Loan loan = _local.Lend(() => freed.narrow(0, 0, 2), Task.CompletedTask, device);
        Incoming early = new(new TensorMessage(null, loan.Ticket), _local, null);
        freed.Dispose();
        StaleAttemptException gone = await Assert.ThrowsAsync<StaleAttemptException>(() => device.RunAsync(() => early.Open(CPU).Dispose()));
        Assert.Contains("its lender has closed", gone.Message, StringComparison.Ordinal);

        loan.Dispose();
        StaleAttemptException ended = Assert.Throws<StaleAttemptException>(() => new Incoming(new TensorMessage(null, loan.Ticket), _local, null));
        Assert.Contains($"tensor {loan.Ticket} of silo {_local.Silo} is no longer lent", ended.Message, StringComparison.Ordinal);
        Assert.All([gone, ended], problem => Assert.True(Losses.IsLoss(problem)));
    }

    /// <summary>Who closes in the middle of a step frees what others are about to open: they get it or learn that it is gone, and nobody reads freed memory.</summary>
    [Fact]
    public async Task A_lender_may_free_while_a_borrower_on_another_thread_opens()
    {
        await using DeviceThread lender = new("left", CPU, 1), borrower = new("right", CPU, 1);
        for (int turn = 0; turn < 500; turn++)
        {
            Tensor lent = ones(64);
            using LocalTensors.Loan loan = _local.Lend(() => lent, Task.CompletedTask, lender);
            Incoming incoming = new(new TensorMessage(null, loan.Ticket), _local, null);
            using ManualResetEventSlim opened = new();
            Task<int> opening = borrower.RunAsync(() =>
            {
                for (int times = 0; ; times++)
                {
                    try
                    {
                        using Tensor handle = incoming.Open(CPU);
                        Assert.Equal(64, handle.NumberOfElements);
                    }
                    catch (StaleAttemptException)
                    {
                        return times;
                    }

                    opened.Set();
                }
            });
            await lender.RunAsync(() =>
            {
                opened.Wait();
                _local.Free(lent.Dispose);
            });
            Assert.True(await opening > 0);
        }
    }

    [Fact]
    public async Task What_is_kept_in_memory_is_copied_for_the_device_of_its_own_thread_and_back()
    {
        // Dictionary shards keep their atoms in memory, whatever their device; coders ask for them on theirs, and shards for memory.
        await using DeviceThread lender = new("meta:0", META, 1), borrower = new("meta:1", META, 1);
        using Tensor atoms = ones(2), away = empty([2], ScalarType.Float32, META);
        using LocalTensors.Loan near = _local.Lend(() => atoms, Task.CompletedTask, lender), far = _local.Lend(() => away, Task.CompletedTask, lender);
        await borrower.RunAsync(() =>
        {
            Assert.Equal(DeviceType.META, new Incoming(new TensorMessage(null, near.Ticket), _local, null).Open(META).device_type);
            Assert.Equal(DeviceType.META, new Incoming(new TensorMessage(null, far.Ticket), _local, null).Open(META).device_type);
            Tensor memory = new Incoming(new TensorMessage(null, near.Ticket), _local, null).Open(CPU);
            memory.fill_(3);
        });
        Assert.Equal([3, 3], atoms.data<float>().ToArray()); // what is there already is lent, not copied
    }

    [Fact]
    public async Task Threads_that_the_CPU_stands_in_for_devices_share_its_memory()
    {
        await using DeviceThread lender = new("cuda:0", CPU, 1), borrower = new("cuda:1", CPU, 1);
        using Tensor lent = zeros(3), copied = zeros(3, ScalarType.Float64);
        using LocalTensors.Loan loan = _local.Lend(() => lent, Task.CompletedTask, lender);
        Incoming incoming = new(new TensorMessage(null, loan.Ticket), _local, null);
        await borrower.RunAsync(() =>
        {
            incoming.Open(new Device(DeviceType.CPU, 0)).fill_(2);
            incoming.CopyTo(copied);
        });
        Assert.Equal([2, 2, 2], lent.data<float>().ToArray());
        Assert.Equal([2, 2, 2], copied.data<double>().ToArray());
    }

    private sealed class Here : ILocalSiloDetails
    {
        public string Name => "silo";

        public string ClusterId => "test";

        public string DnsHostName => "localhost";

        public SiloAddress SiloAddress => SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 1), 1);

        public SiloAddress GatewayAddress => SiloAddress;
    }
}
