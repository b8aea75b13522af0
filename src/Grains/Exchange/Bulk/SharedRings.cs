using System.IO.MemoryMappedFiles;
using System.Security.Cryptography;

namespace Cluster.Grains;

/// <summary>
/// Memory that two processes of one machine share: a ring of bytes for each direction, with counters of what was written and
/// read and flags that say who sleeps. The file behind it has a name for an instant only: its maker deletes the name at once and
/// the peer opens it through <c>/proc</c>, so that the memory goes when both have let go of it or died, whatever killed them.
/// </summary>
internal sealed unsafe class SharedRings : IDisposable
{
    /// <summary>Bytes of one ring: both fit a processor's cache, so that what one side writes the other reads from there.</summary>
    public const int RingBytes = 1 << 20;

    private const int HeadBytes = 4096;
    private const int TotalBytes = HeadBytes + (2 * RingBytes);
    private const string Folder = "/dev/shm";

    private readonly FileStream _file;
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;

    private SharedRings(FileStream file)
    {
        _file = file;
        _map = MemoryMappedFile.CreateFromFile(file, null, TotalBytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        _view = _map.CreateViewAccessor(0, TotalBytes, MemoryMappedFileAccess.ReadWrite);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _start = start;
    }

    /// <summary>Where a process of the same user and machine opens the memory, as long as this side keeps its file open.</summary>
    public string Path => $"/proc/{Environment.ProcessId}/fd/{_file.SafeFileHandle.DangerousGetHandle()}";

    /// <summary>What tells this memory from any other: who opens the path compares it.</summary>
    public Span<byte> Nonce => new(_start, 16);

    /// <summary>Makes the memory; null where the machine has no place for it.</summary>
    public static SharedRings? Create()
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists(Folder))
        {
            return null;
        }

        string name = System.IO.Path.Combine(Folder, "cluster-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
        FileStream? file = null;
        try
        {
            file = new FileStream(name, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            File.Delete(name);

            // Written, not just sized: a full file system then fails here, and not later with a signal.
            byte[] zeros = new byte[1 << 16];
            for (int at = 0; at < TotalBytes; at += zeros.Length)
            {
                file.Write(zeros, 0, Math.Min(zeros.Length, TotalBytes - at));
            }

            SharedRings rings = new(file);
            RandomNumberGenerator.Fill(rings.Nonce);
            return rings;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            return null;
        }
    }

    /// <summary>Opens what the peer made; null where its memory cannot be seen from here.</summary>
    public static SharedRings? Open(string path, ReadOnlySpan<byte> nonce)
    {
        try
        {
            FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (file.Length != TotalBytes)
            {
                file.Dispose();
                return null;
            }

            SharedRings rings = new(file);
            if (rings.Nonce.SequenceEqual(nonce))
            {
                return rings;
            }

            rings.Dispose();
            return null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>A ring's bytes written so far.</summary>
    public ref long Written(int ring) => ref Counter(ring, 0);

    /// <summary>A ring's bytes read so far.</summary>
    public ref long Read(int ring) => ref Counter(ring, 1);

    /// <summary>1 while the reader sleeps until bytes come.</summary>
    public ref long ReaderSleeps(int ring) => ref Counter(ring, 2);

    /// <summary>1 while the writer sleeps until there is room.</summary>
    public ref long WriterSleeps(int ring) => ref Counter(ring, 3);

    /// <summary>The bytes from a position on, as far as they lie in one piece.</summary>
    public Span<byte> From(int ring, long position)
    {
        int at = (int)(position % RingBytes);
        return new Span<byte>(_start + HeadBytes + ((long)ring * RingBytes) + at, RingBytes - at);
    }

    /// <summary>Lets go of the file, once the peer has opened it; the memory stays.</summary>
    public void CloseFile() => _file.Dispose();

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
        _file.Dispose();
    }

    /// <summary>Each counter has cache lines of its own: two sides that write neighbours would slow each other down.</summary>
    private ref long Counter(int ring, int which) => ref *(long*)(_start + 256 + (ring * 1024) + (which * 128));
}
