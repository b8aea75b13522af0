using System.Reflection;
using System.Runtime.InteropServices;

namespace Cluster.GrainHostingApi.Tests;

/// <summary>
/// The assemblies of the real packages, read without being run: from the folder that CLUSTER_REAL_ORLEANS names, which holds them anywhere beneath it,
/// or from NuGet's folder of restored packages.
/// </summary>
public static class RealOrleans
{
    private static readonly string[] Names =
    [
        "Orleans.Core.Abstractions", "Orleans.Core", "Orleans.Runtime", "Orleans.Serialization.Abstractions", "Orleans.Serialization",
        "Orleans.TestingHost", "Orleans.Persistence.Memory",
    ];

    private static readonly Lazy<IReadOnlyDictionary<string, string>> Files = new(Find);

    public static string? Missing
        => Names.Where(name => !Files.Value.ContainsKey(name)).ToArray() is { Length: > 0 } missing
            ? $"The real Orleans is not here ({string.Join(", ", missing)}): restore its packages, or name a folder with its assemblies in CLUSTER_REAL_ORLEANS."
            : null;

    /// <summary>Every public type of the real assemblies by its full name.</summary>
    public static MetadataLoadContext Load(out Dictionary<string, Type> types)
    {
        var own = AppDomain.CurrentDomain.GetAssemblies().Where(a => !a.IsDynamic && a.Location.Length > 0).Select(a => a.Location);
        var frameworks = Path.GetDirectoryName(Path.GetDirectoryName(RuntimeEnvironment.GetRuntimeDirectory().TrimEnd(Path.DirectorySeparatorChar)))!;
        var framework = Directory.GetFiles(RuntimeEnvironment.GetRuntimeDirectory(), "*.dll")
            .Concat(Directory.GetDirectories(Path.Combine(Path.GetDirectoryName(frameworks)!, "shared", "Microsoft.AspNetCore.App"), "10.*").SelectMany(folder => Directory.GetFiles(folder, "*.dll")));
        var paths = Files.Value.Values.Concat(framework).Concat(own).GroupBy(Path.GetFileName).Select(group => group.First());
        var context = new MetadataLoadContext(new PathAssemblyResolver(paths));
        types = [];
        foreach (var name in Names)
            foreach (var type in context.LoadFromAssemblyPath(Files.Value[name]).GetTypes())
                if (type.IsVisible) types.TryAdd(type.FullName!, type);
        return context;
    }

    private static Dictionary<string, string> Find()
    {
        var found = new Dictionary<string, string>();
        var named = Environment.GetEnvironmentVariable("CLUSTER_REAL_ORLEANS");
        var roots = named is { Length: > 0 } ? [named] : PackageFolders();
        foreach (var name in Names)
        {
            var file = roots.Where(Directory.Exists)
                .SelectMany(root => Directory.EnumerateFiles(root, name + ".dll", SearchOption.AllDirectories))
                .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "ref" or "obj" or "refint"))
                .OrderByDescending(path => path.Contains("net10.0", StringComparison.Ordinal)).ThenByDescending(path => path, StringComparer.Ordinal).FirstOrDefault();
            if (file is not null) found[name] = file;
        }

        return found;
    }

    private static string[] PackageFolders()
    {
        var root = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } set ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return Directory.Exists(root) ? Directory.GetDirectories(root, "microsoft.orleans.*") : [];
    }
}

/// <summary>A test that needs the real packages.</summary>
public sealed class RealFactAttribute : FactAttribute
{
    public RealFactAttribute() => Skip = RealOrleans.Missing;
}
