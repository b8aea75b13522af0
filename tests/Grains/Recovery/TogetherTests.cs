using Orleans.Runtime;

namespace Cluster.Grains.Tests;

/// <summary>Who is left is not waited for where a silo is lost; any other failure waits for all.</summary>
public sealed class TogetherTests
{
    [Fact]
    public async Task AllAnswersComeInOrder()
    {
        TaskCompletionSource<int> first = new(), second = new();
        Task<int[]> both = Together.All([first.Task, second.Task]);
        second.SetResult(2);
        Assert.False(both.IsCompleted);
        first.SetResult(1);
        int[] answers = await both;
        Assert.Equal([1, 2], answers);
        await Together.All(Task.CompletedTask, both);
    }

    [Fact]
    public async Task ALostSiloEndsTheWaitForTheOthers()
    {
        TaskCompletionSource<int> left = new(), lost = new();
        Task<int[]> both = Together.All([left.Task, lost.Task]);
        Task outer = Together.All(both, new TaskCompletionSource().Task);
        lost.SetException(new SiloUnavailableException("gone"));
        await Assert.ThrowsAsync<SiloUnavailableException>(() => both);
        await Assert.ThrowsAsync<SiloUnavailableException>(() => outer);
    }

    [Fact]
    public async Task AnyOtherFailureWaitsForAll()
    {
        TaskCompletionSource<int> first = new(), second = new();
        Task<int[]> both = Together.All([first.Task, second.Task]);
        second.SetException(new InvalidOperationException("the second"));
        Assert.False(both.IsCompleted);
        first.SetException(new InvalidOperationException("the first"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => both);
    }

    [Fact]
    public async Task WhatIsCancelledIsCancelled() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Together.All(Task.FromCanceled(new CancellationToken(true)), Task.CompletedTask));
}
