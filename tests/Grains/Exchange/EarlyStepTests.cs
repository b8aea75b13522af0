using System.Net;
using Cluster.Contracts;
using Cluster.Numerics;
using Orleans.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains.Tests;

/// <summary>A slice's sum and step on a device that has other work waiting: the rest of a backward pass.</summary>
public sealed class EarlyStepTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly StepId At = new(1, 0);

    [Fact]
    public async Task A_slice_is_summed_and_stepped_before_what_waits_for_its_device_and_its_values_leave()
    {
        await using DeviceThread device = new("cpu:0", CPU, 1), away = new("cpu:1", CPU, 1);
        await using BulkPair pair = new("tcp");
        LocalTensors local = new(new Named(1));
        TensorTransfer here = new(local, pair.Taker), there = new(new LocalTensors(new Named(2)), pair.Giver);
        RoleBlueprint role = new("test", new ParameterLayout([new ParameterSpec("weight", [1000], Initializer.Zeros)]), new SgdOptions(1), 0, 1, ScalarType.Float32, 2);
        using ShardSlice slice = await device.RunAsync(() => ShardSlice.Create(role, 0, 1, device, local));
        using FlatParameters own = new(role.Layout, CPU), other = new(role.Layout, CPU), got = new(role.Layout, CPU);
        using GradientOffer offer = await away.RunAsync(() => new GradientOffer(there, other.Gradients.narrow(0, 0, 1000), null));
        using ReduceRound round = new(slice, here, 7, 2, new Arrivals(TimeProvider.System, 2));

        // One part of the pass runs, the rest of it waits.
        using ManualResetEventSlim begun = new(), go = new();
        List<float> seen = [];
        void Rest() => seen.Add(slice.Values[0].item<float>());
        Task part = device.RunAsync(() =>
        {
            own.Gradients.fill_(1);
            begun.Set();
            Assert.True(go.Wait(Patience));
        });
        Task rest = device.RunAsync(Rest);
        using LocalTensors.Loan loan = local.Lend(() => own.Gradients.narrow(0, 0, 1000), part, device);
        Assert.False(await round.Put(new GradientPart(At, 7, 0, "here", 0, new TensorMessage(null, loan.Ticket))));

        // The other replica's message is there before its gradient, and is answered before there are values.
        Assert.True(await round.Put(new GradientPart(At, 7, 1, "there", 0, offer.Message(7))));
        begun.Wait(Patience);
        Task promise = round.Promise();
        go.Set();
        await promise.WaitAsync(Patience);
        TensorMessage answer = round.Promised(1)!;
        Task stepping = round.StepInParts(0);
        await rest.WaitAsync(Patience);
        using ManualResetEventSlim held = new(), free = new();
        Task running = device.RunAsync(() =>
        {
            held.Set();
            Assert.True(free.Wait(Patience));
        });
        held.Wait(Patience);
        rest = device.RunAsync(Rest);
        await away.RunAsync(() =>
        {
            other.Gradients.fill_(3);
            offer.Send(7);
        });
        while (device.Queued < 2)
        {
            await Task.Delay(1).WaitAsync(Patience); // until the sum waits beside the rest
        }

        free.Set();
        await Task.WhenAll(running, rest, stepping).WaitAsync(Patience);
        Assert.Equal([0, -2], seen); // at first a gradient was missing
        using (TensorMemory memory = new(got.Values))
        {
            BulkTicket ticket = answer.Bulk!;
            await pair.Giver.Fetch(ticket.Endpoint, ticket.Id, ticket.Round, memory.Memory).WaitAsync(Patience);
        }

        Assert.True(got.Values.eq(-2).all().ToBoolean());
        Assert.Equal((1, 1), (pair.Giver.Open, pair.Taker.Open)); // both stand for the next update
        await device.RunAsync(slice.Dispose);
        await away.RunAsync(offer.Dispose);
        Assert.Equal((0, 0), (pair.Giver.Open, pair.Taker.Open));
    }

    [Fact]
    public async Task An_update_is_fetched_only_when_it_is_filled_and_a_failed_slice_says_why()
    {
        await using BulkPair pair = new("tcp");
        TensorTransfer there = new(new LocalTensors(new Named(2)), pair.Giver);
        using Tensor values = arange(100, ScalarType.Float32), room = zeros(100, ScalarType.Float32);
        using StandingOffer offer = new(there, values);
        using TensorMemory memory = new(room);
        Task Fetch(long update) => pair.Taker.Fetch(offer.Message(update).Bulk!.Endpoint, offer.Message(update).Bulk!.Id, update, memory.Memory);

        Task fifth = Fetch(5);
        offer.Fill(4);
        await Fetch(4).WaitAsync(Patience);
        Assert.True(room.eq(values).all().ToBoolean());
        Assert.False(fifth.IsCompleted);
        values.add_(1);
        offer.Fill(5, 399);
        Assert.False(fifth.IsCompleted);
        offer.Fill(5, 400);
        await fifth.WaitAsync(Patience);
        Assert.True(room.eq(values).all().ToBoolean());
        Task sixth = Fetch(6);
        offer.Fail(new InvalidOperationException("the device is gone"));
        Assert.Contains("the device is gone", (await Assert.ThrowsAsync<StaleAttemptException>(() => sixth.WaitAsync(Patience))).Message, StringComparison.Ordinal);
    }

    private sealed class Named(int port) : ILocalSiloDetails
    {
        public string Name => "silo";

        public string ClusterId => "test";

        public string DnsHostName => "localhost";

        public SiloAddress SiloAddress => SiloAddress.New(new IPEndPoint(IPAddress.Loopback, port), 1);

        public SiloAddress GatewayAddress => SiloAddress;
    }
}
