namespace Cluster.Dashboard.Tests;

/// <summary>A test that needs a browser; it is skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserFactAttribute : FactAttribute
{
    /// <summary>Where Chromium is; null where it is not.</summary>
    public static readonly string? Chromium = new[]
    {
        Environment.GetEnvironmentVariable("CLUSTER_CHROMIUM"), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome",
    }.FirstOrDefault(File.Exists);

    public BrowserFactAttribute() =>
        Skip = Chromium is null ? "no Chromium was found: on Debian apt-get install chromium, or set CLUSTER_CHROMIUM to its path" : null!;
}
