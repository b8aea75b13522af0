namespace Cluster.Contracts.Runs;

/// <summary>Files that are there whole or not at all: written beside, flushed to disk, renamed. What fails on the way leaves nothing behind.</summary>
public static class AtomicFile
{
    /// <summary>Writes bytes.</summary>
    public static void WriteAllBytes(string path, ReadOnlySpan<byte> bytes)
    {
        string beside = path + ".part";
        FileStream file = Open(beside);
        try
        {
            using (file)
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }

            File.Move(beside, path, overwrite: true);
        }
        catch
        {
            Remove(beside);
            throw;
        }
    }

    /// <summary>Writes what <paramref name="write"/> puts into the stream, which does not buffer.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        string beside = path + ".part";
        FileStream file = Open(beside);
        try
        {
            using (file)
            {
                write(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(beside, path, overwrite: true);
        }
        catch
        {
            Remove(beside);
            throw;
        }
    }

    /// <summary>Without a buffer: what could not be written must not be tried again when the file is closed.</summary>
    private static FileStream Open(string path) => new(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);

    /// <summary>A full disk gets its room back. Why the writing failed matters more than whether this succeeds.</summary>
    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
        }
    }
}
