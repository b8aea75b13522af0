namespace Cluster.Numerics;

/// <summary>A tensor message that is not one, or was damaged on its way.</summary>
public sealed class FrameFormatException(string message) : FormatException(message);
