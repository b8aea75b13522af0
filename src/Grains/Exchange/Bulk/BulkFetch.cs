using System.Text;
using Cluster.Contracts;
using Cluster.Numerics;
using Orleans.Runtime;

namespace Cluster.Grains;

/// <summary>
/// One transfer under way, bucket by bucket; the sender is not faster than the reader takes them. Dispose of it in any case:
/// read to its end, its connection serves the next transfer; else the connection is closed.
/// </summary>
public sealed class BulkFetch : IAsyncDisposable
{
    private readonly BulkChannel _channel;
    private readonly BulkLink _link;
    private readonly string _endpoint;
    private readonly BulkRequest _request;
    private readonly byte[] _buffer = new byte[BulkProtocol.RequestBytes];
    private int _left;
    private bool _broken;

    internal BulkFetch(BulkChannel channel, BulkLink link, string endpoint, BulkRequest request)
    {
        (_channel, _link, _endpoint, _request) = (channel, link, endpoint, request);
        _left = request.Count >= 0 && request.Count <= channel.Options.MaximumBytes
            ? (int)request.Count
            : throw new InputException($"a bulk transfer of {request.Count} bytes is more than the {channel.Options.MaximumBytes} that this silo takes: use more shards or smaller batches");
    }

    /// <summary>Bytes that have not been read yet.</summary>
    public int Left => _left;

    /// <summary>What it goes through: <c>tcp</c>, <c>tls</c> or <c>memory</c>.</summary>
    public string Kind => _link.Kind;

    /// <summary>Bytes of the next bucket; 0 at the end.</summary>
    public int Next => Math.Min(_left, BulkProtocol.BucketBytes);

    /// <summary>Reads the next bucket straight into memory.</summary>
    /// <returns>Its bytes.</returns>
    /// <exception cref="SiloUnavailableException">The silo was lost on the way, or what came was damaged.</exception>
    /// <exception cref="StaleAttemptException">The silo offers no such thing any more.</exception>
    public Task<int> Read(Memory<byte> into, CancellationToken cancellation = default) => Move(() => ReadHere(into, cancellation));

    private async Task<int> ReadHere(Memory<byte> into, CancellationToken cancellation)
    {
        int count = Next;
        try
        {
            await Head(count, cancellation);
            uint sum = 0;
            for (int done = 0, piece; done < count; done += piece)
            {
                piece = Math.Min(count - done, BulkProtocol.PieceBytes);
                await _link.Receive(into.Slice(done, piece), cancellation);
                sum = _link.NeedsChecksum ? Crc32C.Append(sum, into.Span.Slice(done, piece)) : 0;
            }

            await Tail(count, sum, cancellation);
        }
        catch (Exception problem) when (problem is IOException or ObjectDisposedException or OperationCanceledException)
        {
            _broken = true;
            throw problem is OperationCanceledException ? problem : Lost(problem);
        }

        return count;
    }

    /// <summary>Reads the next bucket piece by piece, without storing it. What the pieces did holds only if this ends well.</summary>
    /// <inheritdoc cref="Read(Memory{byte}, CancellationToken)"/>
    public Task<int> Read(BulkConsumer consumer, CancellationToken cancellation = default) => Move(() => ReadHere(consumer, cancellation));

    private async Task<int> ReadHere(BulkConsumer consumer, CancellationToken cancellation)
    {
        int count = Next;
        try
        {
            await Head(count, cancellation);
            uint sum = 0;
            await _link.Receive(
                count,
                (piece, offset) =>
                {
                    sum = _link.NeedsChecksum ? Crc32C.Append(sum, piece) : 0;
                    consumer(piece, offset);
                },
                cancellation);
            await Tail(count, sum, cancellation);
        }
        catch (Exception problem) when (problem is IOException or ObjectDisposedException or OperationCanceledException)
        {
            _broken = true;
            throw problem is OperationCanceledException ? problem : Lost(problem);
        }

        return count;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _left == 0 && !_broken ? _channel.Keep(_endpoint, _link) : _link.DisposeAsync();

    /// <summary>Sends the request. False where the connection turns out to have ended.</summary>
    internal async ValueTask<bool> TryBegin(CancellationToken cancellation)
    {
        try
        {
            _request.Write(_buffer);
            if (_link.Ended)
            {
                _broken = true;
                return false;
            }

            await _link.Send(_buffer, more: false, cancellation);
            return true;
        }
        catch (Exception problem) when (problem is IOException or ObjectDisposedException)
        {
            _broken = true;
            return false;
        }
        catch
        {
            await _link.DisposeAsync();
            throw;
        }
    }

    internal SiloUnavailableException Lost(Exception cause) =>
        new($"the bulk transfer from {_endpoint} broke off with {_left} of {_request.Count} bytes to come: {cause.Message}", cause);

    private Task<int> Move(Func<Task<int>> bucket) => Next <= BulkProtocol.SmallBytes ? bucket() : BulkThreads.Shared.Run(bucket);

    private async ValueTask Head(int count, CancellationToken cancellation)
    {
        await _link.Receive(_buffer.AsMemory(0, BulkProtocol.HeadBytes), cancellation);
        int coming = BulkProtocol.ReadHead(_buffer);
        if (coming == count)
        {
            return;
        }

        _broken = true;
        if (coming < 0)
        {
            byte[] reason = new byte[-coming];
            await _link.Receive(reason, cancellation);
            throw new StaleAttemptException($"{_endpoint} refused a bulk transfer: {Encoding.UTF8.GetString(reason)}");
        }

        throw new IOException($"{coming} bytes were announced where {count} were to come");
    }

    private async ValueTask Tail(int count, uint actual, CancellationToken cancellation)
    {
        int padding = BulkProtocol.Padding(count);
        await _link.Receive(_buffer.AsMemory(0, padding + BulkProtocol.TailBytes), cancellation);
        uint stated = BulkProtocol.ReadTail(_buffer, padding);
        if (stated != actual)
        {
            throw new IOException($"the bytes were damaged on their way: their CRC-32C is 0x{actual:X8}, their tail says 0x{stated:X8}");
        }

        _left -= count;
        ExchangeMetrics.Fetched(count, _link.Kind);
    }
}
