using Cluster.Contracts;

namespace Cluster.Client;

/// <summary>Shows a run while it trains.</summary>
internal interface IProgressView
{
    /// <summary>Watches a run.</summary>
    /// <param name="watch">Follows the run to its end, telling each status to its argument.</param>
    Task<RunStatus> Show(Func<Action<RunStatus>, Task<RunStatus>> watch);

    /// <summary>Tells a line of its own.</summary>
    void Say(string line);
}
