namespace Cluster.Contracts;

/// <summary>A loss or gradient that is not a finite number.</summary>
[GenerateSerializer, Alias("cluster.NonFiniteException")]
public sealed class NonFiniteException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="message">The step, the actor and the value.</param>
    public NonFiniteException(string message)
        : base(message)
    {
    }
}
