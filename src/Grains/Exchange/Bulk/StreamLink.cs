namespace Cluster.Grains;

/// <summary>A link through any stream: an encrypted connection, and a plain one where <see cref="SocketLink"/> cannot serve.</summary>
internal sealed class StreamLink(Stream stream, string kind) : BulkLink
{
    /// <summary>Small enough to be in the processor's cache when the consumer reads what the kernel has just copied.</summary>
    private const int ScratchBytes = 256 << 10;

    private byte[]? _scratch;

    public override bool NeedsChecksum => true;

    public override string Kind => kind;

    public override bool Ended => false;

    public override ValueTask Send(ReadOnlyMemory<byte> bytes, bool more, CancellationToken cancellation) => stream.WriteAsync(bytes, cancellation);

    public override ValueTask Receive(Memory<byte> into, CancellationToken cancellation) => stream.ReadExactlyAsync(into, cancellation);

    public override async ValueTask Receive(int count, BulkConsumer consumer, CancellationToken cancellation)
    {
        _scratch ??= GC.AllocateUninitializedArray<byte>(ScratchBytes, pinned: true);
        int kept = 0;
        for (int done = 0; done < count;)
        {
            int read = await stream.ReadAsync(_scratch.AsMemory(kept, Math.Min(ScratchBytes - kept, count - done - kept)), cancellation);
            if (read == 0)
            {
                throw new EndOfStreamException("the connection was closed");
            }

            // Elements may not straddle two pieces: what is left of the last one goes before the next read.
            int whole = kept + read;
            whole = done + whole == count ? whole : whole & ~7;
            kept = kept + read - whole;
            if (whole > 0)
            {
                consumer(_scratch.AsSpan(0, whole), done);
                _scratch.AsSpan(whole, kept).CopyTo(_scratch);
                done += whole;
            }
        }
    }

    public override ValueTask DisposeAsync() => stream.DisposeAsync();
}
