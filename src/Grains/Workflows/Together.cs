namespace Cluster.Grains;

/// <summary>
/// Messages to several actors at once. Where a silo is lost, the answers of those that are left are not waited for: they may hang on
/// what the lost ones were to send, and would say so only when their own messages run out of time, half a minute later.
/// </summary>
internal static class Together
{
    /// <summary>Waits for all, or for the first that did not reach its silo.</summary>
    public static Task All(params IEnumerable<Task> tasks)
    {
        Task[] each = [.. tasks];
        Task all = Task.WhenAll(each);
        return all.IsCompleted ? all : AllOrLost(each, all);
    }

    /// <summary>The same with answers, in the order of the tasks.</summary>
    public static async Task<T[]> All<T>(IEnumerable<Task<T>> tasks)
    {
        Task<T>[] each = [.. tasks];
        await All(each.AsEnumerable<Task>());
        return await Task.WhenAll(each);
    }

    private static async Task AllOrLost(Task[] tasks, Task all)
    {
        TaskCompletionSource<Task> lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (Task task in tasks)
        {
            _ = task.ContinueWith(
                static (ended, lost) => _ = ended.Exception!.InnerExceptions.Any(Losses.IsUnreachable) && ((TaskCompletionSource<Task>)lost!).TrySetResult(ended),
                lost, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        if (await Task.WhenAny(all, lost.Task) == all)
        {
            await all;
            return;
        }

        _ = all.ContinueWith(static late => _ = late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default); // nobody waits for it
        await await lost.Task;
    }
}
