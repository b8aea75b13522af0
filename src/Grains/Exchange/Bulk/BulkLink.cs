namespace Cluster.Grains;

/// <summary>Takes a piece of what comes in, in order; the memory is good until it returns.</summary>
/// <param name="piece">At least one byte.</param>
/// <param name="offset">Where the piece begins in what was asked for.</param>
public delegate void BulkConsumer(ReadOnlySpan<byte> piece, int offset);

/// <summary>
/// Bytes in order between two silos, through a socket or through memory that both see. One operation at a time: a side either
/// sends or receives. After a failure or a cancelled operation the link is of no more use.
/// </summary>
internal abstract class BulkLink : IAsyncDisposable
{
    /// <summary>Whether what it carries needs a checksum of ours.</summary>
    public abstract bool NeedsChecksum { get; }

    /// <summary>What it goes through, for logs and tests: <c>tcp</c>, <c>tls</c> or <c>memory</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>Whether the other side is known to have gone.</summary>
    public abstract bool Ended { get; }

    /// <summary>Sends all bytes; ends when the memory may be used again.</summary>
    /// <param name="bytes">What to send.</param>
    /// <param name="more">Whether more follows at once: then the other side need not be woken for these alone.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="IOException">The other side has gone.</exception>
    public abstract ValueTask Send(ReadOnlyMemory<byte> bytes, bool more, CancellationToken cancellation);

    /// <summary>Fills the memory.</summary>
    /// <exception cref="IOException">The other side has gone.</exception>
    public abstract ValueTask Receive(Memory<byte> into, CancellationToken cancellation);

    /// <summary>Hands over that many bytes as they come, without storing them.</summary>
    /// <exception cref="IOException">The other side has gone.</exception>
    public abstract ValueTask Receive(int count, BulkConsumer consumer, CancellationToken cancellation);

    public abstract ValueTask DisposeAsync();
}
