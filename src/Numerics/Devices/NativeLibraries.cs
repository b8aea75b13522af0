using System.Runtime.InteropServices;

namespace Cluster.Numerics;

/// <summary>
/// Whether TorchSharp's native library is for this system. TorchSharp itself tells at length where it looked, but not what the system said:
/// its packages are built on newer systems than the oldest on which .NET runs.
/// </summary>
public static class NativeLibraries
{
    private const string Name = "libLibTorchSharp.so";

    /// <summary>Why the library that lies with a program cannot be loaded, in the words of the system.</summary>
    /// <param name="folder">The program's folder.</param>
    /// <returns>Null where it can, or where there is none to ask.</returns>
    public static string? Trouble(string folder)
    {
        string portable = $"linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        string? file = new[] { folder, Path.Combine(folder, "runtimes", portable, "native") }.Select(place => Path.Combine(place, Name)).FirstOrDefault(File.Exists);
        try
        {
            _ = file is null ? 0 : NativeLibrary.Load(file);
            return null;
        }
        catch (Exception problem) when (problem is DllNotFoundException or BadImageFormatException)
        {
            // Libraries that only lie elsewhere are TorchSharp's to find.
            return problem.Message.Split('\n', StringSplitOptions.TrimEntries)
                .FirstOrDefault(line => line.Contains("version `", StringComparison.Ordinal) || line.Contains("invalid ELF", StringComparison.Ordinal));
        }
    }
}
