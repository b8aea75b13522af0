using Cluster.Contracts;

namespace Cluster.Client;

/// <summary>Questions to a cluster of which a silo may be lost at any moment.</summary>
internal static class Patience
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    /// <summary>Asks again until somebody answers; a person's mistake is told at once.</summary>
    /// <exception cref="InputException">The answer, or that nobody answered for long.</exception>
    public static async Task<T> Ask<T>(Func<Task<T>> question)
    {
        long since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return await question();
            }
            catch (Exception problem) when (problem is not (InputException or OutOfMemoryException or InvalidCastException))
            {
                if (TimeProvider.System.GetElapsedTime(since) > Limit)
                {
                    throw new InputException($"the cluster has not answered for {Limit.TotalSeconds:0} s: {problem.Message}; its runs go on without this command, and {Hint.Program} status shows them");
                }

                await Task.Delay(250);
            }
        }
    }
}
