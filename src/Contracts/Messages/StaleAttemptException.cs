namespace Cluster.Contracts;

/// <summary>A message reached an actor that has meanwhile moved to another attempt of its run, or that was never opened.</summary>
[GenerateSerializer, Alias("cluster.StaleAttemptException")]
public sealed class StaleAttemptException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="message">Which actor, which attempt was asked for and which one it is in.</param>
    public StaleAttemptException(string message)
        : base(message)
    {
    }
}
