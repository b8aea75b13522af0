namespace Cluster.Grains;

/// <summary>
/// What several actors do at once. Where one is lost, those that work with it wait for what will not come, up to the timeout of their own
/// messages: the first failure must not wait for them.
/// </summary>
internal static class Together
{
    /// <summary>Ends when all have ended well, or at once with the first failure.</summary>
    public static async Task All(params IEnumerable<Task> work)
    {
        Task[] all = [.. work];
        try
        {
            await foreach (Task ended in Task.WhenEach(all))
            {
                await ended;
            }
        }
        catch
        {
            _ = Closing.All(all); // nobody else sees how the others end
            throw;
        }
    }

    /// <inheritdoc cref="All(IEnumerable{Task})"/>
    /// <returns>The results in the order of <paramref name="work"/>.</returns>
    public static async Task<T[]> All<T>(params IEnumerable<Task<T>> work)
    {
        Task<T>[] all = [.. work];
        await All((Task[])all);
        return Array.ConvertAll(all, each => each.Result);
    }
}
