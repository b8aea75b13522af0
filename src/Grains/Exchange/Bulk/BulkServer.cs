using System.Net;
using System.Net.Sockets;
using System.Text;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>One connection of a peer that fetches.</summary>
internal sealed class BulkServer(BulkChannel channel, Socket socket) : IAsyncDisposable
{
    /// <summary>Up to here head and bytes go in one piece: a system call costs more than the copy.</summary>
    private const int JoinedBytes = BulkProtocol.SmallBytes;

    private byte[] _buffer = [];
    private BulkLink? _link;

    /// <summary>Answers requests until the connection ends; never fails.</summary>
    public async Task Serve(CancellationToken stop)
    {
        EndPoint? peer = BulkChannel.Peer(socket);
        try
        {
            using (CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(stop))
            {
                limit.CancelAfter(channel.Options.ConnectTimeout);
                _link = await BulkHandshake.Accept(socket, channel.Options, limit.Token);
            }

            // Only for a peer that is one.
            _buffer = GC.AllocateUninitializedArray<byte>(BulkProtocol.HeadBytes + JoinedBytes + 8 + BulkProtocol.TailBytes, pinned: true);
            while (true)
            {
                await _link.Receive(_buffer.AsMemory(0, BulkProtocol.RequestBytes), stop);
                BulkLink link = _link;
                BulkRequest request = BulkRequest.Read(_buffer);
                await (request.Count <= JoinedBytes ? Answer(link, request, stop) : BulkThreads.Shared.Run(() => Answer(link, request, stop)));
            }
        }
        catch (Exception none) when (_link is null && !stop.IsCancellationRequested)
        {
            channel.Refuse(peer, none is OperationCanceledException ? "it said nothing" : none.Message);
        }
        catch (Exception)
        {
            // The peer has gone, or this silo stops: whoever fetches learns of it at his end.
        }
        finally
        {
            channel.Forget(this);
            await DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        socket.Dispose();
        if (Interlocked.Exchange(ref _link, null) is { } link)
        {
            await link.DisposeAsync();
        }
    }

    private async Task Answer(BulkLink link, BulkRequest request, CancellationToken stop)
    {
        if (channel.Find(request.Id) is not { } offer || !offer.TryEnter())
        {
            await Refuse(link, "nothing is offered under this id; it may have been withdrawn", stop);
            return;
        }

        bool all = false;
        try
        {
            if (request.Offset < 0 || request.Count < 0 || request.Round < 0 || request.Offset > offer.Bytes || request.Count > offer.Bytes - request.Offset)
            {
                await Refuse(link, $"bytes {request.Offset} to {request.Offset + request.Count} were asked for, of {offer.Bytes}", stop);
                return;
            }

            int offset = (int)request.Offset;
            for (int left = (int)request.Count; left > 0;)
            {
                int count = Math.Min(left, BulkProtocol.BucketBytes);
                ReadOnlyMemory<byte> bucket;
                try
                {
                    bucket = await offer.Part(request.Round, offset, count, stop);
                }
                catch (StaleOfferException problem)
                {
                    await Refuse(link, problem.Message, stop);
                    return;
                }

                await Send(link, bucket, stop);
                offset += count;
                left -= count;
            }

            all = request.Count == offer.Bytes;
        }
        finally
        {
            offer.Leave(all);
        }
    }

    private async ValueTask Send(BulkLink link, ReadOnlyMemory<byte> bucket, CancellationToken stop)
    {
        int padding = BulkProtocol.Padding(bucket.Length), end = BulkProtocol.HeadBytes + bucket.Length;
        BulkProtocol.WriteHead(_buffer, bucket.Length);
        if (bucket.Length <= JoinedBytes)
        {
            bucket.CopyTo(_buffer.AsMemory(BulkProtocol.HeadBytes));
            BulkProtocol.WriteTail(_buffer.AsSpan(end), padding, link.NeedsChecksum ? Crc32C.Of(bucket.Span) : 0);
            await link.Send(_buffer.AsMemory(0, end + padding + BulkProtocol.TailBytes), more: false, stop);
            return;
        }

        // Piece by piece: what the checksum has just read, the kernel then finds in the processor's cache.
        uint sum = 0;
        await link.Send(_buffer.AsMemory(0, BulkProtocol.HeadBytes), more: true, stop);
        for (; bucket.Length > 0; bucket = bucket[Math.Min(bucket.Length, BulkProtocol.PieceBytes)..])
        {
            ReadOnlyMemory<byte> piece = bucket[..Math.Min(bucket.Length, BulkProtocol.PieceBytes)];
            sum = link.NeedsChecksum ? Crc32C.Append(sum, piece.Span) : 0;
            await link.Send(piece, more: true, stop);
        }

        BulkProtocol.WriteTail(_buffer, padding, sum);
        await link.Send(_buffer.AsMemory(0, padding + BulkProtocol.TailBytes), more: false, stop);
    }

    private async ValueTask Refuse(BulkLink link, string reason, CancellationToken stop)
    {
        byte[] text = Encoding.UTF8.GetBytes(reason.Length > 250 ? reason[..250] : reason);
        BulkProtocol.WriteHead(_buffer, -text.Length);
        text.CopyTo(_buffer.AsSpan(BulkProtocol.HeadBytes));
        int padding = BulkProtocol.Padding(text.Length);
        _buffer.AsSpan(BulkProtocol.HeadBytes + text.Length, padding).Clear();
        await link.Send(_buffer.AsMemory(0, BulkProtocol.HeadBytes + text.Length + padding), more: false, stop);
    }
}
