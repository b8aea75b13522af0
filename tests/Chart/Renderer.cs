namespace Cluster.Chart.Tests;

/// <summary>Renders the chart: helm where it is on the path, else <c>renderer/</c>, which is built once with Debian's Go and its libraries.</summary>
internal static class Renderer
{
    private const string GoPath = "/usr/share/gocode";

    private static readonly string[] Libraries =
        ["github.com/Masterminds/sprig", "github.com/Masterminds/semver", "github.com/xeipuuv/gojsonschema", "sigs.k8s.io/yaml"];

    private static readonly Lazy<string> Built = new(Build);

    /// <summary>Helm's file, or null.</summary>
    internal static string? Helm { get; } = Tool.Find("helm");

    /// <summary>Why the renderer of our own cannot be built here; null where it can.</summary>
    internal static string? GoIsMissing { get; } = Missing();

    /// <summary>Why nothing can render here; null where something can.</summary>
    internal static string? IsMissing => Helm is null ? GoIsMissing : null;

    /// <summary>Lets nothing be drawn at random, where that can be asked.</summary>
    internal static string[] Still => Helm is null ? ["--still"] : [];

    /// <summary>The manifests, one text; an outcome other than 0 says why not.</summary>
    internal static Outcome Template(params string[] options) => Helm is { } helm
        ? Tool.Run(helm, ["template", .. Case.Release, Repository.Chart, .. options])
        : Go("template", options);

    /// <summary>The renderer of our own, for what helm does not do without a cluster.</summary>
    internal static Outcome Go(string verb, params string[] options) => Tool.Run(
        Built.Value, [verb, Repository.Chart, .. verb == "template" ? ["--name-template", .. Case.Release] : (string[])[], .. options]);

    private static string? Missing()
    {
        const string install = "on Debian: apt-get install golang-go golang-github-masterminds-sprig-dev golang-github-xeipuuv-gojsonschema-dev golang-k8s-sigs-yaml-dev";
        if (Tool.Find("go") is null)
        {
            return $"neither helm nor go is on the path; {install}";
        }

        string? lacking = Libraries.FirstOrDefault(library => !Directory.Exists(Path.Combine(GoPath, "src", library)));
        return lacking is null ? null : $"{GoPath} lacks {lacking}; {install}";
    }

    private static string Build()
    {
        string program = Path.Combine(AppContext.BaseDirectory, "chart-renderer");
        Dictionary<string, string> environment = new() { ["GO111MODULE"] = "off", ["GOPATH"] = GoPath, ["GOFLAGS"] = "" };
        Outcome built = Tool.Run(Tool.Find("go")!, ["build", "-o", program, "."], Repository.At("tests", "Chart", "renderer"), environment);
        return built.ExitCode == 0 ? program : throw new InvalidOperationException(built.Errors);
    }
}

/// <summary>A fact that renders the chart, skipped where nothing can.</summary>
public sealed class ChartFactAttribute : FactAttribute
{
    public ChartFactAttribute() => Skip = Renderer.IsMissing;
}

/// <summary>A theory that renders the chart, skipped where nothing can.</summary>
public sealed class ChartTheoryAttribute : TheoryAttribute
{
    public ChartTheoryAttribute() => Skip = Renderer.IsMissing;
}

/// <summary>A fact that needs the renderer of our own, whether helm is there or not.</summary>
public sealed class GoFactAttribute : FactAttribute
{
    public GoFactAttribute() => Skip = Renderer.GoIsMissing;
}

/// <summary>A theory that needs the renderer of our own.</summary>
public sealed class GoTheoryAttribute : TheoryAttribute
{
    public GoTheoryAttribute() => Skip = Renderer.GoIsMissing;
}
