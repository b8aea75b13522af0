namespace Cluster.Grains;

/// <summary>The end of an attempt, in which some actors may be gone already.</summary>
internal static class Closing
{
    /// <summary>Waits for all, whatever becomes of each.</summary>
    public static async Task All(params IEnumerable<Task>[] closing) =>
        await Task.WhenAll(closing.SelectMany(each => each)).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
}
