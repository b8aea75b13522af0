namespace Cluster.Contracts;

/// <summary>A loss or gradient that is not a finite number.</summary>
[GenerateSerializer, Alias("cluster.NonFiniteException")]
public sealed class NonFiniteException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="message">The step, the actor and the value.</param>
    /// <param name="step">The workflow step.</param>
    public NonFiniteException(string message, long step)
        : base(message)
    {
        Step = step;
    }

    /// <summary>The workflow step.</summary>
    [Id(0)]
    public long Step { get; private set; }
}
