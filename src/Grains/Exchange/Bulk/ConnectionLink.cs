namespace Cluster.Grains;

/// <summary>A link through a connection, which hands over what has come in the order in which it came.</summary>
internal abstract class ConnectionLink : BulkLink
{
    /// <summary>Small enough to be in the processor's cache when the consumer reads what the kernel has just copied.</summary>
    private const int ScratchBytes = 256 << 10;

    private byte[]? _scratch;

    public override bool NeedsChecksum => true;

    public override async ValueTask Receive(int count, BulkConsumer consumer, CancellationToken cancellation)
    {
        _scratch ??= GC.AllocateUninitializedArray<byte>(ScratchBytes, pinned: true);
        int kept = 0;
        for (int done = 0; done < count;)
        {
            // Elements may not straddle two pieces: what is left of the last one goes before the next read.
            int whole = kept + await Some(_scratch.AsMemory(kept, Math.Min(ScratchBytes - kept, count - done - kept)), cancellation);
            kept = done + whole == count ? 0 : whole & 7;
            whole -= kept;
            if (whole > 0)
            {
                consumer(_scratch.AsSpan(0, whole), done);
                _scratch.AsSpan(whole, kept).CopyTo(_scratch);
                done += whole;
            }
        }
    }

    /// <summary>Takes what has come, and waits where nothing has.</summary>
    /// <returns>Bytes that were taken, at least one.</returns>
    /// <exception cref="IOException">The connection has ended.</exception>
    protected abstract ValueTask<int> Some(Memory<byte> into, CancellationToken cancellation);
}
