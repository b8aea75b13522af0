namespace Cluster.Data;

/// <summary>
/// A data set that cannot be had: unknown, missing, damaged, or not fetched. The message says what is wrong, where, and what would be
/// right; it is meant for whoever asked for the data.
/// </summary>
public sealed class DatasetException : Exception
{
    public DatasetException(string message) : base(message)
    {
    }

    public DatasetException(string message, Exception inner) : base(message, inner)
    {
    }
}
