using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Grains;

/// <summary>Keeps a run to one process: a file held open and locked while the run trains.</summary>
internal sealed class RunLock : IDisposable
{
    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    /// <summary>Takes the run.</summary>
    /// <exception cref="InputException">Another process has it, or its folder cannot be written.</exception>
    public static RunLock Take(RunFolder folder)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                return new RunLock(new FileStream(folder.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (UnauthorizedAccessException problem)
            {
                throw RunFiles.Unwritable(folder.Path, problem);
            }
            catch (IOException) when (tries < 5)
            {
                // Whoever lists runs holds the file for a moment.
                Thread.Sleep(20);
            }
            catch (IOException)
            {
                throw new InputException($"run {folder.Name} is trained by another process now ({folder.Lock} is locked)");
            }
        }
    }

    /// <summary>Lets it go.</summary>
    public void Dispose() => _file.Dispose();
}
