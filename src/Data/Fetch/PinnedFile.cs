namespace Cluster.Data;

/// <summary>A file that is accepted from anywhere, because its content is known beforehand.</summary>
/// <param name="Name">Name at the address and in the folder.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Sha256">SHA-256 in hexadecimal.</param>
public sealed record PinnedFile(string Name, long Length, string Sha256);
