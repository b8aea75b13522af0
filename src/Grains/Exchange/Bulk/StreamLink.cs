namespace Cluster.Grains;

/// <summary>A link through any stream: an encrypted connection, and a plain one where <see cref="SocketLink"/> cannot serve.</summary>
internal sealed class StreamLink(Stream stream, string kind) : ConnectionLink
{
    public override string Kind => kind;

    public override bool Ended => false;

    public override ValueTask Send(ReadOnlyMemory<byte> bytes, bool more, CancellationToken cancellation) => stream.WriteAsync(bytes, cancellation);

    public override ValueTask Receive(Memory<byte> into, CancellationToken cancellation) => stream.ReadExactlyAsync(into, cancellation);

    public override ValueTask DisposeAsync() => stream.DisposeAsync();

    protected override async ValueTask<int> Some(Memory<byte> into, CancellationToken cancellation) =>
        await stream.ReadAsync(into, cancellation) is > 0 and var read ? read : throw new EndOfStreamException("the connection was closed");
}
