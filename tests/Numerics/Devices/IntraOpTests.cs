using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace Cluster.Numerics.Tests;

public sealed class IntraOpTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(0, 4, 2)]
    [InlineData(1, 4, 2)]
    [InlineData(4, 4, 3)]
    [InlineData(5, 4, 3)]
    [InlineData(1000, 7, 1)]
    [InlineData(1000, 7, 2)]
    [InlineData(1000, 7, 5)]
    [InlineData(3, 1, 8)]
    public async Task Every_item_is_done_once_in_ranges_that_do_not_depend_on_the_threads(int items, int grain, int threads)
    {
        await using DeviceThread device = new("cpu", CPU, threads);
        ConcurrentBag<(int First, int Count)> seen = [];
        await device.RunAsync(() => IntraOp.For(items, grain, new Note(seen))).WaitAsync(Patience);
        Assert.Equal(
            Enumerable.Range(0, (items + grain - 1) / grain).Select(range => (range * grain, Math.Min(grain, items - (range * grain)))),
            seen.Order());
    }

    [Fact]
    public async Task A_thread_of_the_team_helps_where_the_device_has_two()
    {
        await using DeviceThread device = new("cpu", CPU, 2);
        using Barrier both = new(2);
        Task meeting = device.RunAsync(() => IntraOp.For(2, 1, new Meet(both)));
        if (OperatingSystem.IsLinux()) await meeting.WaitAsync(Patience);
        Assert.Equal(1, both.CurrentPhaseNumber);
    }

    [Fact]
    public void Outside_a_device_thread_the_caller_does_everything()
    {
        int caller = Environment.CurrentManagedThreadId;
        ConcurrentBag<int> threads = [];
        IntraOp.For(64, 1, new NoteThread(threads));
        Assert.Equal(Enumerable.Repeat(caller, 64), threads);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task What_the_work_throws_reaches_the_caller_and_the_device_lives_on(int threads)
    {
        await using DeviceThread device = new("cpu", CPU, threads);
        Task failed = device.RunAsync(() => IntraOp.For(100, 1, default(Fail)));
        Assert.Equal("all are bad", (await Assert.ThrowsAsync<InvalidDataException>(() => failed.WaitAsync(Patience))).Message);
        ConcurrentBag<(int, int)> seen = [];
        await device.RunAsync(() => IntraOp.For(10, 1, new Note(seen))).WaitAsync(Patience);
        Assert.Equal(10, seen.Count);
    }

    [Fact]
    public void Sizes_below_their_least_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => IntraOp.For(-1, 1, default(Fail)));
        Assert.Throws<ArgumentOutOfRangeException>(() => IntraOp.For(1, 0, default(Fail)));
    }

    /// <summary>Sizes with a rest in vectors, in ranges and in chunks of random words.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Optimizer_steps_and_random_numbers_have_the_bits_of_one_thread(int threads)
    {
        byte[] alone = await Numbers(1);
        Assert.Equal(alone, await Numbers(threads));

        async Task<byte[]> Numbers(int count)
        {
            await using DeviceThread device = new("cpu", CPU, count);
            return await device.RunAsync(() =>
            {
                RandomStream stream = RandomStream.Named(5, "test", 0, 0, "values");
                stream.Position = 13;
                using Tensor values = empty(70_003), gradients = empty(70_003);
                stream.FillUniform(values, -1, 1);
                stream.FillNormal(gradients);
                using FlatOptimizer optimizer = FlatOptimizer.Create(new AdamOptions { WeightDecay = 0.1 }, 70_003, CPU);
                optimizer.Step(values, gradients);
                optimizer.Step(values, gradients, 0.5);
                return values.AsBytes().ToArray();
            }).WaitAsync(Patience);
        }
    }

    [Fact]
    public void A_stream_at_a_position_gives_what_it_gives_when_it_comes_there()
    {
        RandomStream stream = RandomStream.Named(5, "test", 0, 0, "values");
        float[] whole = new float[500], rest = new float[300];
        stream.FillNormal(whole);
        RandomStream later = stream.At(200);
        later.FillNormal(rest);
        Assert.Equal(whole[200..], rest);
        Assert.Equal((500, 500), (stream.Position, later.Position));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.At(-1));
    }

    private readonly struct Note(ConcurrentBag<(int First, int Count)> seen) : IRangeWork
    {
        public void Run(int first, int count) => seen.Add((first, count));
    }

    private readonly struct NoteThread(ConcurrentBag<int> threads) : IRangeWork
    {
        public void Run(int first, int count) => threads.Add(Environment.CurrentManagedThreadId);
    }

    private readonly struct Meet(Barrier both) : IRangeWork
    {
        public void Run(int first, int count) => both.SignalAndWait();
    }

    private readonly struct Fail : IRangeWork
    {
        public void Run(int first, int count) => throw new InvalidDataException("all are bad");
    }
}
