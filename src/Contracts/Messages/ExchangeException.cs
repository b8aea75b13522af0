namespace Cluster.Contracts;

/// <summary>Devices could not add their gradients: another one was lost, or the way between them.</summary>
[GenerateSerializer, Alias("cluster.ExchangeException")]
public sealed class ExchangeException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="message">Which actor, and what failed.</param>
    public ExchangeException(string message)
        : base(message)
    {
    }
}
