namespace Cluster.Numerics;

/// <summary>
/// Turns one chunk of random words into one chunk of numbers, the number at a place from the words at fixed places, so that every
/// number is a pure function of the stream's name and the number's position.
/// </summary>
internal interface IChunkTransform
{
    /// <param name="words"><see cref="Philox.ChunkWords"/> words, ordered as <see cref="Philox.FillChunk"/> leaves them.</param>
    /// <param name="into">As many numbers.</param>
    void Apply(ReadOnlySpan<uint> words, Span<float> into);
}
