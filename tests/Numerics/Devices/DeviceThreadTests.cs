using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics.Tests;

public sealed class DeviceThreadTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static DeviceThread Start(int intraOpThreads = 1) => new("cpu:0", CPU, intraOpThreads);

    [Fact]
    public async Task Work_runs_in_order_on_the_one_thread()
    {
        await using var thread = Start();
        var seen = new List<int>();
        var threads = new HashSet<int>();
        var tasks = Enumerable.Range(0, 200).Select(i => thread.RunAsync(() =>
        {
            seen.Add(i);
            threads.Add(Environment.CurrentManagedThreadId);
            return i;
        })).ToArray();
        Assert.Equal(Enumerable.Range(0, 200), await Task.WhenAll(tasks).WaitAsync(Patience));
        Assert.Equal(Enumerable.Range(0, 200), seen);
        Assert.Single(threads);
        Assert.DoesNotContain(Environment.CurrentManagedThreadId, threads);
        Assert.Equal(200, thread.Completed);
        Assert.Equal(0, thread.Queued);
        Assert.True(thread.Busy > TimeSpan.Zero);
        Assert.Null(thread.Current);
        Assert.Equal(TimeSpan.Zero, thread.CurrentFor);
    }

    [Fact]
    public async Task Work_that_is_next_goes_before_what_waits_and_behind_what_runs()
    {
        await using var thread = Start();
        using ManualResetEventSlim begun = new(), go = new();
        var seen = new List<string>();
        var running = thread.RunAsync(() =>
        {
            begun.Set();
            go.Wait(Patience);
            seen.Add("running");
        });
        begun.Wait(Patience);
        Task[] all =
        [
            running,
            thread.RunAsync(() => seen.Add("first")),
            thread.RunAsync(() => seen.Add("second")),
            thread.RunNextAsync("next", () => seen.Add("next")),
            thread.RunNextAsync("after it", () => seen.Add("after it")),
        ];
        Assert.Equal(4, thread.Queued);
        go.Set();
        await Task.WhenAll(all).WaitAsync(Patience);
        Assert.Equal(["running", "next", "after it", "first", "second"], seen);
        Assert.Equal(0, thread.Queued);
    }

    [Fact]
    public async Task Work_that_is_next_ends_as_other_work_does()
    {
        var thread = Start();
        Assert.Equal(5, await thread.RunNextAsync("five", () => 5).WaitAsync(Patience));
        await Assert.ThrowsAsync<InvalidDataException>(() => thread.RunNextAsync("bad", () => throw new InvalidDataException("bad")).WaitAsync(Patience));
        using ManualResetEventSlim begun = new(), go = new();
        var running = thread.RunAsync(() =>
        {
            begun.Set();
            go.Wait(Patience);
        });
        begun.Wait(Patience);
        using CancellationTokenSource over = new();
        var cancelled = thread.RunNextAsync("cancelled", () => 1, over.Token);
        var waiting = thread.RunNextAsync("waiting", () => 2);
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(Patience));
        var closing = thread.DisposeAsync().AsTask();
        go.Set();
        await closing.WaitAsync(Patience);
        await running.WaitAsync(Patience);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => thread.RunNextAsync("late", () => 3));
    }

    [Fact]
    public async Task Thread_count_and_grad_mode_are_its_own()
    {
        await using var two = Start(2);
        await using var three = Start(3);
        using var guard = no_grad();
        Assert.Equal((2, true), await two.RunAsync(() => (get_num_threads(), is_grad_enabled())).WaitAsync(Patience));
        Assert.Equal((3, true), await three.RunAsync(() => (get_num_threads(), is_grad_enabled())).WaitAsync(Patience));
        Assert.Equal(2, await two.RunAsync(get_num_threads).WaitAsync(Patience));
    }

    [Fact]
    public async Task A_failure_goes_to_its_task_and_the_thread_lives_on()
    {
        await using var thread = Start();
        var failed = thread.RunAsync(() => throw new InvalidDataException("bad"));
        Assert.Equal("bad", (await Assert.ThrowsAsync<InvalidDataException>(() => failed.WaitAsync(Patience))).Message);
        Assert.Equal(4, await thread.RunAsync(() => 4).WaitAsync(Patience));
        Assert.Equal(2, thread.Completed);
    }

    [Fact]
    public async Task A_thread_that_is_given_up_fails_what_hangs_and_cancels_what_waits()
    {
        var thread = Start();
        using ManualResetEventSlim end = new();
        var hung = thread.RunAsync("endless", () => end.Wait(Patience));
        var waits = thread.RunAsync(() => 4);
        while (thread.Current != "endless") await Task.Delay(1);
        thread.Abandon();
        Assert.Contains("endless had run for", (await Assert.ThrowsAsync<ObjectDisposedException>(() => hung.WaitAsync(Patience))).Message);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits.WaitAsync(Patience));
        Assert.Throws<ObjectDisposedException>(() => { _ = thread.RunAsync(() => 5); });
        end.Set();
        await thread.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    [Fact]
    public async Task Continuations_leave_the_thread()
    {
        await using var thread = Start();
        var id = 0;
        using var go = new ManualResetEventSlim();
        var task = thread.RunAsync(() =>
        {
            go.Wait(Patience);
            id = Environment.CurrentManagedThreadId;
        });
        var after = task.ContinueWith(_ => Environment.CurrentManagedThreadId, TaskContinuationOptions.ExecuteSynchronously);
        go.Set();
        Assert.NotEqual(id, await after.WaitAsync(Patience));
    }

    [Fact]
    public async Task Strays_are_freed_and_results_are_not()
    {
        await using var thread = Start();
        var before = LiveTensors.Settled();
        using var kept = await thread.RunAsync(() => ones(3) + ones(3)).WaitAsync(Patience);
        Assert.Equal(before + 1, Tensor.TotalCount);
        Assert.Equal([2f, 2, 2], kept.AsFloats().ToArray());

        var array = await thread.RunAsync(() => new[] { zeros(1), ones(1) }).WaitAsync(Patience);
        var list = await thread.RunAsync(() => new List<Tensor> { zeros(1) }).WaitAsync(Patience);
        Assert.Equal(before + 4, Tensor.TotalCount);
        Assert.Equal(1f, array[1].item<float>());
        foreach (var tensor in array.Concat(list)) tensor.Dispose();

        await Assert.ThrowsAsync<InvalidDataException>(() => thread.RunAsync(() =>
        {
            ones(100);
            throw new InvalidDataException();
        }).WaitAsync(Patience));
        Assert.Equal(before + 1, Tensor.TotalCount);
    }

    [Fact]
    public async Task Cancelled_work_is_skipped_and_ends_while_it_still_waits()
    {
        await using var thread = Start();
        using var go = new ManualResetEventSlim();
        using var cancellation = new CancellationTokenSource();
        var ran = false;
        var first = thread.RunAsync(() => go.Wait(Patience));
        var second = thread.RunAsync(() => ran = true, cancellation.Token);
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(Patience));
        Assert.False(first.IsCompleted);
        go.Set();
        await first.WaitAsync(Patience);
        Assert.Equal(7, await thread.RunAsync(() => 7).WaitAsync(Patience));
        Assert.False(ran);
        Assert.Equal(2, thread.Completed);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => thread.RunAsync(() => ran = true, cancellation.Token));
    }

    [Fact]
    public async Task A_token_cancelled_while_the_work_runs_changes_nothing()
    {
        await using var thread = Start();
        using var cancellation = new CancellationTokenSource();
        Assert.Equal(5, await thread.RunAsync(() =>
        {
            cancellation.Cancel();
            return 5;
        }, cancellation.Token).WaitAsync(Patience));
    }

    [Fact]
    public async Task A_watchdog_sees_what_runs()
    {
        await using var thread = Start();
        using var started = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var work = thread.RunAsync("generator.forward", () =>
        {
            started.Set();
            go.Wait(Patience);
        });
        Assert.True(started.Wait(Patience));
        Assert.Equal("generator.forward", thread.Current);
        Assert.True(thread.CurrentFor > TimeSpan.Zero);
        Assert.True(thread.Busy > TimeSpan.Zero);
        go.Set();
        await work.WaitAsync(Patience);
        Assert.Null(thread.Current);
        Assert.Equal("unnamed", await thread.RunAsync(() => thread.Current).WaitAsync(Patience));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Dispose_finishes_what_runs_cancels_what_waits_and_takes_no_more(bool asynchronously)
    {
        var thread = Start();
        using var started = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var running = thread.RunAsync(() =>
        {
            started.Set();
            go.Wait(Patience);
            return 1;
        });
        var waiting = thread.RunAsync(() => 2);
        Assert.True(started.Wait(Patience));
        var disposal = asynchronously ? thread.DisposeAsync().AsTask() : Task.Run(thread.Dispose);
        if (asynchronously) AssertRefuses(thread);
        go.Set();
        await disposal.WaitAsync(Patience);
        AssertRefuses(thread);
        if (asynchronously) Assert.Equal(1, await running.WaitAsync(Patience));
        if (asynchronously) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience));
        await thread.DisposeAsync();
        thread.Dispose();
    }

    [Fact]
    public async Task Work_may_dispose_its_own_thread()
    {
        var thread = Start();
        await thread.RunAsync(thread.Dispose).WaitAsync(Patience);
        await thread.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    [Fact]
    public void A_thread_needs_one_intra_op_thread_and_a_device_that_exists()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Start(0));
        Assert.ThrowsAny<Exception>(() => new DeviceThread("cuda:99", new Device(DeviceType.CUDA, 99), 1));
    }

    /// <summary>At the call itself, not through its task.</summary>
    private static void AssertRefuses(DeviceThread thread)
    {
        void Call() => _ = thread.RunAsync(() => 3);
        Assert.Throws<ObjectDisposedException>(Call);
    }
}
