namespace Orleans.Runtime;

/// <summary>The configuration lacks something or contradicts itself.</summary>
[GenerateSerializer]
public sealed class OrleansConfigurationException : Exception
{
    /// <summary>An error.</summary>
    public OrleansConfigurationException(string message) : base(message) { }

    /// <summary>An error and what caused it.</summary>
    public OrleansConfigurationException(string message, Exception innerException) : base(message, innerException) { }
}
