using System.Collections.Concurrent;

namespace Cluster.Chart.Tests;

/// <summary>One installation of the chart: a values file of its own, or one of the tests that turns on what those leave off.</summary>
internal sealed record Case(string Name, string? File)
{
    private static readonly ConcurrentDictionary<string, Lazy<string>> Rendered = new();
    private static readonly ConcurrentDictionary<string, IReadOnlyList<Node>> Parsed = new();

    /// <summary>Name and namespace of the release, as arguments.</summary>
    internal static string[] Release => ["demo", "--namespace", "train", "--api-versions", "cert-manager.io/v1,monitoring.coreos.com/v1"];

    internal static IReadOnlyList<Case> All { get; } =
    [
        new("values.yaml", null),
        .. Directory.GetFiles(Repository.Chart, "values-*.yaml").Order(StringComparer.Ordinal).Select(file => new Case(Path.GetFileName(file), file)),
        .. Directory.GetFiles(Repository.At("tests", "Chart", "cases"), "*.yaml").Order(StringComparer.Ordinal).Select(file => new Case("cases/" + Path.GetFileName(file), file)),
    ];

    internal static IEnumerable<object[]> Names => All.Select(each => new object[] { each.Name });

    /// <summary>The objects of the case, rendered once.</summary>
    internal static IReadOnlyList<Node> Objects(string name) => Parsed.GetOrAdd(name, _ => Node.Documents(Manifests(name)));

    /// <summary>The same as text.</summary>
    internal static string Manifests(string name) => Rendered.GetOrAdd(name, _ => new(() =>
    {
        Case wanted = All.Single(each => each.Name == name);
        // Keys take time, and one case with real ones is enough.
        return Rendering(wanted.File is null ? [] : ["--values", wanted.File, .. Renderer.Still]);
    })).Value;

    internal static string Rendering(params string[] options)
    {
        Outcome outcome = Renderer.Template(options);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        return outcome.Output;
    }

    internal static IEnumerable<Node> OfKind(string name, string kind) => Objects(name).Where(each => each["kind"].Text == kind);

    /// <summary>The silos' StatefulSets.</summary>
    internal static IEnumerable<Node> Pools(string name) =>
        OfKind(name, "StatefulSet").Where(each => each["metadata", "labels", "app.kubernetes.io/component"].Text == "silo");

    /// <summary>Every pod that the case makes: its labels and its spec.</summary>
    internal static IEnumerable<(string Owner, Node Labels, Node Spec)> Pods(string name) =>
        from each in Objects(name)
        let isPod = each["kind"].Text == "Pod"
        let pod = isPod ? each : each["spec", "template"]
        where isPod || each["kind"].Text is "StatefulSet" or "Deployment" or "Job"
        select ($"{each["kind"]} {each["metadata", "name"]}", pod["metadata", "labels"], pod["spec"]);
}
