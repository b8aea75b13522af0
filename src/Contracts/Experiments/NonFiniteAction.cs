namespace Cluster.Contracts.Experiments;

/// <summary>What a run does when a loss or a gradient is not finite.</summary>
public enum NonFiniteAction
{
    /// <summary>The run fails and names the step, the actor and the last good checkpoint.</summary>
    Stop,

    /// <summary>The update is left out: parameters and optimizer state stay as they were.</summary>
    Skip,

    /// <summary>The run goes back to its newest checkpoint and leaves the whole step out.</summary>
    Rollback,
}
