using System.Runtime.InteropServices;

namespace Cluster.Numerics;

/// <summary>Why TorchSharp's native library does not load. TorchSharp itself tells at length where it looked, but not what the system said.</summary>
public static class NativeLibraries
{
    private const string Name = "libLibTorchSharp.so";

    /// <summary>Whether an error is that of a library that does not load.</summary>
    public static bool IsMissing(Exception problem) => problem switch
    {
        DllNotFoundException or BadImageFormatException => true,
        TypeInitializationException { InnerException: { } inner } => inner is NotSupportedException || IsMissing(inner),
        _ => false,
    };

    /// <summary>What the system's loader says of the library that belongs to the program, in one line.</summary>
    /// <param name="folder">The program's folder.</param>
    public static string Reason(string folder)
    {
        string[] places = [folder, Path.Combine(folder, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"), Path.Combine(folder, "runtimes", Portable, "native")];
        string? file = places.Select(place => Path.Combine(place, Name)).FirstOrDefault(File.Exists);
        if (file is null)
        {
            return $"there is no {Name} for {Portable} in {folder}";
        }

        try
        {
            NativeLibrary.Load(file);
            return $"{file} loads, but libtorch beside it does not";
        }
        catch (Exception problem) when (problem is DllNotFoundException or BadImageFormatException)
        {
            string[] lines = problem.Message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            return lines.FirstOrDefault(line => line.Contains("version `", StringComparison.Ordinal)) ?? lines[^1];
        }
    }

    private static string Portable => $"linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
}
