namespace Cluster.Contracts.Runs;

/// <summary>
/// A file of lines that another process appends to, and now and then replaces by a shorter one: a resumed run writes
/// the rows after its checkpoint again. Each complete line is read once.
/// </summary>
/// <remarks>
/// A file that was replaced and has grown past the old length since shows by its bytes just before the place where the
/// last reading ended: they are compared each time. Not thread-safe.
/// </remarks>
public sealed class GrowingFile(string path)
{
    private const int TailLength = 256;

    private byte[] _buffer = [];
    private byte[] _tail = [];
    private long _position;
    private long _length = -1;
    private DateTime _written;

    /// <summary>Reads what is new.</summary>
    /// <param name="restart">Called first where the file was replaced: all lines come again.</param>
    /// <param name="line">Takes a line, UTF-8, without its end. What follows the last line end is not complete and waits.</param>
    /// <returns>Whether anything was new.</returns>
    public bool Read(Action restart, Action<ReadOnlySpan<byte>> line)
    {
        try
        {
            return ReadNew(restart, line);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // Gone between two looks, or not to be read now: the next look tells.
            _length = -1;
            return false;
        }
    }

    private bool ReadNew(Action restart, Action<ReadOnlySpan<byte>> line)
    {
        FileInfo info = new(path);
        if (!info.Exists)
        {
            _length = -1;
            return _position > 0 && Forget(restart);
        }

        if (info.Length == _length && info.LastWriteTimeUtc == _written)
        {
            return false;
        }

        (_length, _written) = (info.Length, info.LastWriteTimeUtc);
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        bool changed = !Continues(file) && Forget(restart);
        return Lines(file, line) || changed;
    }

    private bool Forget(Action restart)
    {
        _position = 0;
        _tail = [];
        restart();
        return true;
    }

    private bool Continues(FileStream file)
    {
        byte[] now = new byte[_tail.Length];
        file.Position = _position - _tail.Length;
        return file.ReadAtLeast(now, now.Length, throwOnEndOfStream: false) == now.Length && now.AsSpan().SequenceEqual(_tail);
    }

    private bool Lines(FileStream file, Action<ReadOnlySpan<byte>> line)
    {
        if (_buffer.Length == 0)
        {
            _buffer = new byte[64 * 1024];
        }

        long begin = _position;
        int kept = 0;
        file.Position = _position;
        while (file.Read(_buffer, kept, _buffer.Length - kept) is > 0 and int count)
        {
            Span<byte> text = _buffer.AsSpan(0, kept + count);
            int from = 0;
            while (text[from..].IndexOf((byte)'\n') is >= 0 and int end)
            {
                line(text.Slice(from, end));
                from += end + 1;
            }

            if (from > 0)
            {
                _position += from;
                _tail = Tail(text[..from]);
            }

            kept = text.Length - from;
            if (kept == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }
            else
            {
                text[from..].CopyTo(_buffer);
            }
        }

        return _position > begin;
    }

    private static byte[] Tail(ReadOnlySpan<byte> text) => text[Math.Max(0, text.Length - TailLength)..].ToArray();
}
