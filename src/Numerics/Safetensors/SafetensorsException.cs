namespace Cluster.Numerics;

/// <summary>A safetensors file that cannot be read: which, what is wrong, what would be right.</summary>
public sealed class SafetensorsException : IOException
{
    internal SafetensorsException(string path, string problem, Exception? inner = null)
        : base($"{path}: {problem}", inner) => Path = path;

    /// <summary>The file.</summary>
    public string Path { get; }
}
