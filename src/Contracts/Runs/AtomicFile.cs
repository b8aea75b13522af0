namespace Cluster.Contracts.Runs;

/// <summary>Files that are there whole or not at all: written beside, flushed to disk, renamed.</summary>
public static class AtomicFile
{
    /// <summary>Writes bytes.</summary>
    public static void WriteAllBytes(string path, ReadOnlySpan<byte> bytes)
    {
        string beside = path + ".part";
        using (FileStream file = new(beside, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }

    /// <summary>Writes what <paramref name="write"/> puts into the stream.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        string beside = path + ".part";
        using (FileStream file = new(beside, FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            write(file);
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }
}
