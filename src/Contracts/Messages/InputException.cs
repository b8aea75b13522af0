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
