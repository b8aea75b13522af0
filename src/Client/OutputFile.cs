using Cluster.Contracts;

namespace Cluster.Client;

/// <summary>
/// A file that a command makes: written beside, flushed, renamed, so that a file of that name is always whole.
/// Opened before the work begins, so that a name that cannot be written costs no work.
/// </summary>
internal sealed class OutputFile : IAsyncDisposable
{
    private readonly FileStream _stream;
    private bool _done;

    private OutputFile(string path, FileStream stream)
    {
        Path = path;
        _stream = stream;
    }

    /// <summary>Where it will be.</summary>
    public string Path { get; }

    /// <summary>Opens a file for writing.</summary>
    /// <exception cref="InputException">It cannot be written.</exception>
    public static OutputFile Open(string path)
    {
        string full = Folders.Full("--output", path);
        string folder = System.IO.Path.GetDirectoryName(full) ?? "/";
        if (Directory.Exists(full) || path.EndsWith('/'))
        {
            throw new InputException($"--output {path} is a folder; name a file");
        }

        if (!Directory.Exists(folder))
        {
            throw new InputException($"--output {path}: there is no folder {folder}");
        }

        try
        {
            return new OutputFile(full, new FileStream(full + ".part", FileMode.Create, FileAccess.Write, FileShare.None));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"--output {path} cannot be written: {problem.Message}");
        }
    }

    /// <summary>What is written so far ends here.</summary>
    public Stream Stream => _stream;

    /// <summary>Adds bytes.</summary>
    public ValueTask Write(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes);

    /// <summary>Gives the file its name, replacing what had it.</summary>
    public async Task Finish()
    {
        _stream.Flush(flushToDisk: true);
        await _stream.DisposeAsync();
        File.Move(_stream.Name, Path, overwrite: true);
        _done = true;
    }

    /// <summary>Leaves nothing behind where it was not finished.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        if (!_done)
        {
            File.Delete(_stream.Name);
        }
    }
}
