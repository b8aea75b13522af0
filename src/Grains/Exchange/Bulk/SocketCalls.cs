using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Cluster.Grains;

/// <summary>
/// send and recv of Linux, which move what can be moved at once and never wait. Those of <see cref="Socket"/> can be told so only for good, and
/// have no flag for what is to be sent together with what follows.
/// </summary>
internal static partial class SocketCalls
{
    private const int DontWait = 0x40;
    private const int NoSignal = 0x4000;
    private const int MoreToCome = 0x8000;
    private const int Peek = 0x2;
    private const int Interrupted = 4;
    private const int TryAgain = 11;

    /// <summary>Sends what there is room for.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="bytes">At least one.</param>
    /// <param name="more">Whether the last of them may wait for those of the next call.</param>
    /// <returns>Bytes that were sent; 0 where there is no room.</returns>
    /// <exception cref="IOException">The connection has ended.</exception>
    public static int Send(Socket socket, ReadOnlySpan<byte> bytes, bool more) =>
        Count(Send(socket.SafeHandle, ref MemoryMarshal.GetReference(bytes), bytes.Length, DontWait | NoSignal | (more ? MoreToCome : 0)));

    /// <summary>Takes what has come.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="into">Room for at least one byte.</param>
    /// <returns>Bytes that were taken; 0 where none has come.</returns>
    /// <exception cref="IOException">The connection has ended.</exception>
    public static int Receive(Socket socket, Span<byte> into)
    {
        nint result = Receive(socket.SafeHandle, ref MemoryMarshal.GetReference(into), into.Length, DontWait);
        return result == 0 ? throw new EndOfStreamException("the connection was closed") : Count(result);
    }

    /// <summary>Whether the other side has closed and everything it sent has been taken.</summary>
    /// <exception cref="IOException">The connection was broken.</exception>
    public static bool HasEnded(Socket socket)
    {
        byte next = 0;
        nint result = Receive(socket.SafeHandle, ref next, 1, DontWait | Peek);
        return result == 0 || Count(result) < 0;
    }

    private static int Count(nint result)
    {
        if (result >= 0)
        {
            return (int)result;
        }

        int error = Marshal.GetLastPInvokeError();
        return error is Interrupted or TryAgain ? 0 : throw new IOException(Marshal.GetPInvokeErrorMessage(error));
    }

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(SafeSocketHandle socket, ref byte from, nint bytes, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(SafeSocketHandle socket, ref byte into, nint bytes, int flags);
}
