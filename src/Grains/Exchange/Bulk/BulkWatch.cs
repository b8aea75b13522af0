using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Cluster.Grains;

/// <summary>Something that a transfer waits for and that can be looked at: memory that the other side writes.</summary>
internal interface IBulkSign
{
    /// <summary>Whether it is there.</summary>
    bool Seen { get; }

    /// <summary>Nobody looks any more: the other side is to send a byte through the socket when it is there.</summary>
    void Sleep();

    /// <summary>Somebody looks again.</summary>
    void Wake();
}

/// <summary>
/// What happens to one connection, for the one transfer that waits for it on the <see cref="BulkThread"/> of the connection. Whoever waits has
/// tried on that thread first, so nothing that came before is missed.
/// </summary>
/// <param name="thread">Where it waits.</param>
/// <param name="socket">The connection; closed with the watch.</param>
internal sealed class BulkWatch(BulkThread thread, Socket socket)
{
    private static readonly Action<object?> CancelWait = state => ((BulkWatch)state!).Cancel();

    private Action? _continuation;
    private CancellationToken _cancellation;
    private CancellationTokenRegistration _registration;
    private long _id;
    private bool _closed;

    /// <summary>Where it waits.</summary>
    public BulkThread Thread => thread;

    /// <summary>The connection.</summary>
    public Socket Socket => socket;

    /// <summary>What the present wait looks for beside the socket; null for nothing.</summary>
    public IBulkSign? Sign { get; private set; }

    /// <summary>Whether what is looked for is there.</summary>
    public bool Sees => Sign is { Seen: true };

    /// <summary>Whether the connection has ended.</summary>
    public bool Ended => Volatile.Read(ref _closed);

    /// <summary>Called when the socket has changed and looking is not enough; may be null.</summary>
    public Action? OnChange { get; set; }

    /// <summary>Waits on the watch's thread until something changed at the socket, or the sign is seen.</summary>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="sign">What to look for beside.</param>
    public Wait Change(CancellationToken cancellation, IBulkSign? sign = null)
    {
        (_cancellation, Sign) = (cancellation, sign);
        return new Wait(this);
    }

    /// <summary>On the thread: the socket has changed.</summary>
    public void Changed()
    {
        OnChange?.Invoke();
        if (Sign is null or { Seen: true } || _closed)
        {
            GoOn();
        }
    }

    /// <summary>On the thread: lets the waiting transfer, if there is one, go on.</summary>
    public void GoOn()
    {
        if (_continuation is not { } next)
        {
            return;
        }

        _continuation = null;
        if (Sign is { } sign)
        {
            thread.Unlook(this);
            Sign = null;
            sign.Wake();
        }

        _registration.Unregister();
        next();
    }

    /// <summary>On the thread: the other side has gone. Who waits, and who will, learns of it.</summary>
    public void End()
    {
        _closed = true;
        GoOn();
    }

    /// <summary>Ends the wait and closes the connection, soon. For any thread.</summary>
    public void Close() => thread.Post(() =>
    {
        if (_id != 0)
        {
            thread.Remove(_id);
        }

        socket.Dispose();
        End();
    });

    private void Begin(Action continuation)
    {
        _continuation = continuation;
        if (Sign is not null)
        {
            thread.Look(this);
        }

        try
        {
            _id = _id != 0 || _closed ? _id : thread.Add(this);
        }
        catch (Exception gone) when (gone is ObjectDisposedException or Win32Exception)
        {
            _closed = true;
        }

        if (_cancellation.CanBeCanceled)
        {
            _registration = _cancellation.UnsafeRegister(CancelWait, this);
        }

        if (_closed)
        {
            GoOn();
        }
    }

    private void Cancel() => thread.Post(() =>
    {
        if (_cancellation.IsCancellationRequested)
        {
            GoOn();
        }
    });

    /// <summary>See <see cref="Change"/>.</summary>
    internal readonly struct Wait(BulkWatch watch) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => false;

        public Wait GetAwaiter() => this;

        public void OnCompleted(Action continuation) => watch.Begin(continuation);

        public void UnsafeOnCompleted(Action continuation) => watch.Begin(continuation);

        /// <exception cref="EndOfStreamException">The connection is closed.</exception>
        public void GetResult()
        {
            watch._cancellation.ThrowIfCancellationRequested();
            if (watch._closed)
            {
                throw new EndOfStreamException("the connection was closed");
            }
        }
    }
}
