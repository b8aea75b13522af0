using System.Text;

namespace Cluster.Contracts.Experiments.Schema;

/// <summary>Reads an experiment file into memory, or says why that cannot be.</summary>
internal static class FileText
{
    public const int MaxBytes = 1 << 20;

    /// <exception cref="ExperimentFileException">No such file, a folder, unreadable, too large, or not UTF-8 text.</exception>
    public static string Read(string path)
    {
        if (path.Length == 0) throw Fail(path, "the name of the experiment file is empty; give the path of a YAML file");
        if (Directory.Exists(path)) throw Fail(path, "is a folder; give the path of a YAML file");
        try
        {
            return Decode(Bytes(path), path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Fail(path, $"there is no such file{Words.DidYouMean(Path.GetFileName(path), Neighbours(path))}");
        }
        catch (UnauthorizedAccessException)
        {
            throw Fail(path, "may not be read by this user");
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
            throw Fail(path, $"cannot be read: {e.Message}");
        }
    }

    /// <exception cref="ExperimentFileException">More than 1 MiB.</exception>
    public static void CheckSize(long bytes, string path)
    {
        if (bytes > MaxBytes) throw Fail(path, "is larger than 1 MiB, which no experiment file is");
    }

    /// <summary>At most one byte more than is allowed: devices and pipes have no length to ask for.</summary>
    private static byte[] Bytes(string path)
    {
        using var stream = File.OpenRead(path);
        var buffer = new byte[MaxBytes + 1];
        var count = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        CheckSize(count, path);
        return buffer[..count];
    }

    private static string Decode(byte[] bytes, string path)
    {
        if (bytes.Contains((byte)0)) throw Fail(path, "is a binary file; an experiment file is YAML text in UTF-8");
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\ufeff');
        }
        catch (DecoderFallbackException e)
        {
            var line = bytes.AsSpan(0, Math.Clamp(e.Index, 0, bytes.Length)).Count((byte)'\n') + 1;
            throw ErrorList.Fatal(new(path, line, 1), "is not UTF-8 text; save the file as UTF-8");
        }
    }

    private static IEnumerable<string> Neighbours(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (folder is null || !Directory.Exists(folder)) return [];
        return Directory.EnumerateFiles(folder, "*.y*ml").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal);
    }

    private static ExperimentFileException Fail(string path, string message) => ErrorList.Fatal(new(path.Length > 0 ? path : "experiment file", 0, 0), message);
}
