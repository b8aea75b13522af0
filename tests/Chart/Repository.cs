using System.Runtime.CompilerServices;

namespace Cluster.Chart.Tests;

/// <summary>Files of the checkout that the tests were compiled from.</summary>
internal static class Repository
{
    internal static string Root { get; } = Path.GetFullPath(Path.Combine(SourceFolder(), "..", ".."));

    internal static string Chart => At("helm", "cluster");

    internal static string At(params string[] parts) => Path.Combine([Root, .. parts]);

    internal static string Read(params string[] parts) => File.ReadAllText(At(parts));

    private static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
