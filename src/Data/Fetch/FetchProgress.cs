namespace Cluster.Data;

/// <summary>How far a download is.</summary>
/// <param name="File">The file at hand.</param>
/// <param name="Received">Bytes of it so far.</param>
/// <param name="AlreadyThere">It was in the folder with the right content, and is not downloaded.</param>
public sealed record FetchProgress(PinnedFile File, long Received, bool AlreadyThere);
