namespace Cluster.Contracts.Experiments;

/// <summary>What a run does when a loss is not finite.</summary>
public enum NonFiniteAction
{
    /// <summary>The run fails and names the step, the actor and the last good checkpoint.</summary>
    Stop,
}
