namespace Cluster.Grains;

/// <summary>
/// Memory that other silos may fetch, as far as it is filled. It may be filled again, round after round, under the same id: then
/// whoever asks for a round waits for it. The owner must not fill it anew before all have what they asked for.
/// </summary>
public sealed class BulkOffer : IDisposable
{
    private readonly BulkChannel _channel;
    private readonly IDisposable? _owned;
    private readonly Lock _gate = new();
    private readonly ReadOnlyMemory<byte> _memory;
    private readonly bool _once;
    private List<TaskCompletionSource> _waiting = [];
    private long _filled;
    private int _readers;
    private bool _ended;
    private Exception? _failure;

    internal BulkOffer(BulkChannel channel, Guid id, ReadOnlyMemory<byte> memory, IDisposable? owned, bool once)
    {
        (_channel, Id, _memory, _owned, _once) = (channel, id, memory, owned, once);
    }

    /// <summary>Knowing it is the right to fetch.</summary>
    public Guid Id { get; }

    /// <summary>Whether it has ended.</summary>
    public bool Ended
    {
        get
        {
            lock (_gate)
            {
                return _ended;
            }
        }
    }

    /// <summary>Size of the memory.</summary>
    public int Bytes => _memory.Length;

    /// <summary>Says that a round is filled from the beginning up to some byte; never less than said before.</summary>
    public void Fill(long round, int upTo)
    {
        lock (_gate)
        {
            _filled = Math.Max(_filled, (round * Bytes) + upTo);
        }

        Wake();
    }

    /// <summary>Says that what was to be filled never will be; those who fetch it learn why.</summary>
    public void Fail(Exception problem)
    {
        lock (_gate)
        {
            _failure ??= problem;
        }

        Wake();
    }

    /// <summary>Ends the offer. The memory is let go when nothing reads it any more; ending it twice does nothing.</summary>
    public void Dispose()
    {
        bool last;
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            last = _readers == 0;
        }

        _channel.Withdraw(this);
        Wake();
        if (last)
        {
            _owned?.Dispose();
        }
    }

    /// <summary>Keeps the memory for a reader; false where the offer has ended.</summary>
    internal bool TryEnter()
    {
        lock (_gate)
        {
            _readers += _ended ? 0 : 1;
            return !_ended;
        }
    }

    /// <summary>Ends a reader's use.</summary>
    /// <param name="fetched">Whether the reader got all of the memory.</param>
    internal void Leave(bool fetched)
    {
        if (fetched && _once)
        {
            Dispose();
        }

        bool last;
        lock (_gate)
        {
            last = --_readers == 0 && _ended;
        }

        if (last)
        {
            _owned?.Dispose();
        }
    }

    /// <summary>A part of a round, once it is filled.</summary>
    /// <exception cref="StaleOfferException">The offer ended first.</exception>
    internal async ValueTask<ReadOnlyMemory<byte>> Part(long round, int offset, int count, CancellationToken cancellation)
    {
        long needed = (round * Bytes) + offset + count;
        while (true)
        {
            TaskCompletionSource changed;
            lock (_gate)
            {
                if (_failure is { } failure)
                {
                    throw new StaleOfferException($"what was offered was never made: {failure.Message}");
                }

                if (_ended)
                {
                    throw new StaleOfferException("the offer ended before all of it was fetched");
                }

                if (_filled >= needed)
                {
                    return _memory.Slice(offset, count);
                }

                // On a thread that moves bytes the transfer itself is queued there; elsewhere it must not run within the call of who fills.
                changed = new(TaskScheduler.Current is BulkThread ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Add(changed);
            }

            await using (cancellation.UnsafeRegister(static (waiting, token) => ((TaskCompletionSource)waiting!).TrySetCanceled(token), changed))
            {
                await changed.Task;
            }
        }
    }

    private void Wake()
    {
        List<TaskCompletionSource> woken;
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                return;
            }

            (woken, _waiting) = (_waiting, []);
        }

        foreach (TaskCompletionSource waiting in woken)
        {
            waiting.TrySetResult();
        }
    }
}

/// <summary>An offer that ended or failed before it was fetched.</summary>
internal sealed class StaleOfferException(string message) : Exception(message);
