using Cluster.Contracts;

namespace Cluster.Grains.Tests;

public sealed class TogetherTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task The_first_failure_does_not_wait_for_those_that_wait_for_the_lost_one()
    {
        TaskCompletionSource<int> waits = new();
        Task<int[]> both = Together.All(waits.Task, Task.FromException<int>(new StaleAttemptException("lost")));
        Assert.Equal("lost", (await Assert.ThrowsAsync<StaleAttemptException>(() => both.WaitAsync(Limit))).Message);
    }

    [Fact]
    public async Task Results_come_in_the_order_of_the_work_and_not_in_that_of_its_ending()
    {
        TaskCompletionSource<int> first = new(), second = new();
        Task<int[]> both = Together.All(first.Task, second.Task);
        second.SetResult(2);
        Assert.False(both.IsCompleted);
        first.SetResult(1);
        int[] results = await both.WaitAsync(Limit);
        Assert.Equal([1, 2], results);
    }
}
