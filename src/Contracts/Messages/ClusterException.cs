namespace Cluster.Contracts;

/// <summary>Something that a person can put right: bad input, a missing file, an unknown run. The message is ready for a terminal.</summary>
[GenerateSerializer, Alias("cluster.InputException")]
public sealed class InputException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="message">What is wrong, where, and what would be right.</param>
    public InputException(string message)
        : base(message)
    {
    }
}

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
