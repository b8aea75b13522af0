using TorchSharp;

namespace Cluster.TorchSharp.Tests;

/// <summary>A fact that needs the real package's assembly beside the stand-in; skipped, with the reason, where one is missing.</summary>
public sealed class RealPackageFactAttribute : FactAttribute
{
    /// <summary>A file, or a folder that holds it, in place of the NuGet packages folder.</summary>
    public const string Variable = "CLUSTER_REAL_TORCHSHARP";

    public RealPackageFactAttribute()
    {
        if (typeof(torch).Assembly.GetType("TorchSharp.Interop.Native") is null)
            Skip = "these tests run against the real TorchSharp, so there is no stand-in to compare with it";
        else if (Find() is null)
            Skip = $"the real TorchSharp.dll is neither in the NuGet packages folder nor where {Variable} says";
    }

    /// <summary>The newest real assembly, or null.</summary>
    public static string? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
            return File.Exists(named) ? named : Directory.Exists(named) ? Newest(named) : null;
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } set
            ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var folder = Path.Combine(packages, "torchsharp");
        return Directory.Exists(folder) ? Newest(folder) : null;
    }

    // A package holds an assembly for .NET Standard too, which has less.
    private static string? Newest(string folder) =>
        Directory.EnumerateFiles(folder, "TorchSharp.dll", SearchOption.AllDirectories)
            .OrderBy(path => !path.Contains("netstandard", StringComparison.Ordinal)).ThenBy(path => path, StringComparer.Ordinal).LastOrDefault();
}
