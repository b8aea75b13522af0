using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cluster.Chart.Tests;

/// <summary>Dashboards and alerts speak of metrics and labels that the code has.</summary>
public sealed partial class MonitoringTests
{
    /// <summary>Labels that do not come from the code's tags: Prometheus' own, and those of the collector's exporter.</summary>
    private static readonly string[] OtherLabels = ["instance", "job", "le", "alertname", "alertstate"];

    private static IReadOnlyList<string[]> Listed { get; } =
        [.. File.ReadAllLines(Repository.At("deploy", "metrics.csv")).Skip(1).Select(line => line.Split(','))];

    public static IEnumerable<object[]> Expressions => Dashboards()
        .Concat(Node.Documents(Repository.Read("helm", "cluster", "files", "alerts.yaml")).Single()["groups"].Items
            .SelectMany(group => group["rules"].Items)
            .Select(rule => (rule["alert"].Text!, rule["expr"].Text!)))
        .Select(each => new object[] { each.Item1, each.Item2 });

    [Fact]
    public void TheListIsWhatTheCodeMeasures()
    {
        string[] inCode = [.. Sources().SelectMany(text => Instrument().Matches(text)).Select(match =>
            $"{match.Groups["name"]},{match.Groups["kind"].Value.Replace("Observable", "", StringComparison.Ordinal).ToLowerInvariant()},{match.Groups["unit"]}").Order(StringComparer.Ordinal)];
        Assert.NotEmpty(inCode);
        Assert.Equal(inCode, Listed.Select(each => string.Join(',', each[..3])).Order(StringComparer.Ordinal));
    }

    /// <summary>As the collector's Prometheus exporter makes them: dots to underscores, the unit's and the counter's suffix.</summary>
    [Fact]
    public void TheNamesOfPrometheusFollowFromTheOthers() => Assert.All(Listed, each =>
    {
        string name = each[0].Replace('.', '_');
        string unit = each[2] switch { "s" => "seconds", "By" => "bytes", "1" => each[1] == "gauge" ? "ratio" : "", _ => "" };
        if (unit.Length > 0 && !name.EndsWith("_" + unit, StringComparison.Ordinal))
        {
            name += "_" + unit;
        }

        Assert.Equal(each[1] == "counter" ? name + "_total" : name, each[3]);
    });

    [Theory, MemberData(nameof(Expressions))]
    public void AnExpressionNamesMetricsAndLabelsThatThereAre(string where, string expression)
    {
        HashSet<string> series = ["ALERTS", .. Listed.SelectMany(each => each[1] == "histogram" ? [each[3] + "_bucket", each[3] + "_sum", each[3] + "_count"] : new[] { each[3] })];
        HashSet<string> labels = [.. OtherLabels, .. Tags()];
        string[] named = [.. Word().Matches(Text().Replace(expression, "")).Select(match => match.Value)];
        Assert.All(named.Where(word => word.StartsWith("cluster_", StringComparison.Ordinal)), word =>
            Assert.True(series.Contains(word) || labels.Contains(word), $"{where}: {word} is neither a metric nor a label"));
        Assert.Contains(named, series.Contains);
        Assert.All(Matchers().Matches(expression).SelectMany(match => Label().Matches(match.Value)).Select(match => match.Groups[1].Value), label => Assert.Contains(label, labels));
        Assert.All(Grouping().Matches(expression).SelectMany(match => Word().Matches(match.Groups[1].Value)).Select(match => match.Value), label => Assert.Contains(label, labels));
    }

    [Fact]
    public void EveryMetricIsOnSomeDashboard()
    {
        string shown = string.Concat(Dashboards().Select(each => each.Expression));
        Assert.All(Listed, each => Assert.Contains(each[3], shown, StringComparison.Ordinal));
    }

    [Fact]
    public void LegendsNameLabelsAndPanelsHaveIdsOfTheirOwn()
    {
        HashSet<string> labels = [.. OtherLabels, .. Tags()];
        foreach (JsonElement dashboard in Files())
        {
            JsonElement[] panels = [.. dashboard.GetProperty("panels").EnumerateArray()];
            Assert.Equal(panels.Length, panels.Select(each => each.GetProperty("id").GetInt32()).Distinct().Count());
            Assert.All(
                panels.SelectMany(each => each.GetProperty("targets").EnumerateArray()).SelectMany(each => Legend().Matches(each.GetProperty("legendFormat").GetString()!)),
                match => Assert.Contains(match.Groups[1].Value, labels));
            string[] variables = [.. dashboard.GetProperty("templating").GetProperty("list").EnumerateArray().Select(each => each.GetProperty("name").GetString()!)];
            Assert.All(Variable().Matches(dashboard.GetRawText()).Select(match => match.Groups[1].Value).Where(each => each != "__rate_interval"), each => Assert.Contains(each, variables));
            // Panels of a row must not lie on each other.
            JsonElement[] places = [.. panels.Select(each => each.GetProperty("gridPos"))];
            Assert.All(places, a => Assert.Single(places, b => Overlap(a, b)));
        }
    }

    /// <summary>Each rule of the code is in the alert of its severity, and in no other.</summary>
    [Fact]
    public void EveryRuleHasItsAlert()
    {
        Dictionary<string, string> rules = Directory.GetFiles(Repository.At("src", "Grains", "Diagnosis"), "*Rule.cs").SelectMany(path => RuleName().Matches(File.ReadAllText(path)))
            .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["severity"].Value.ToLowerInvariant(), StringComparer.Ordinal);
        Assert.InRange(rules.Count, 12, 100);
        Dictionary<string, string> alerts = Node.Documents(Repository.Read("helm", "cluster", "files", "alerts.yaml")).Single()["groups"].Items
            .SelectMany(group => group["rules"].Items)
            .Where(rule => rule["expr"].Text!.StartsWith("cluster_diagnosis{", StringComparison.Ordinal))
            .SelectMany(rule => AlertedRules().Match(rule["expr"].Text!).Groups[1].Value.Split('|').Select(name => (name, rule["labels"]["severity"].Text!)))
            .ToDictionary(StringComparer.Ordinal);
        Assert.Equal(rules.OrderBy(each => each.Key, StringComparer.Ordinal), alerts.OrderBy(each => each.Key, StringComparer.Ordinal));
    }

    /// <summary>Signals that panels name are figures that the code has.</summary>
    [Fact]
    public void PanelsNameSignalsThatThereAre()
    {
        string catalog = Repository.Read("src", "Grains", "Telemetry", "Reference", "SignalCatalog.cs");
        string[] named = [.. Dashboards().SelectMany(each => SignalNames().Matches(each.Expression)).SelectMany(match => match.Groups[1].Value.Split('|')).Where(name => !name.StartsWith('$'))];
        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.Contains($"new(\"{name.Replace(".+", "{role}", StringComparison.Ordinal).Replace("\\\\", "", StringComparison.Ordinal)}\"", catalog, StringComparison.Ordinal));
    }

    [PromtoolFact]
    public void AlertsFireWhenTheyShouldAndOnlyThen()
    {
        Outcome outcome = Tool.Run(PromtoolFactAttribute.Promtool!, ["test", "rules", Repository.At("deploy", "alerts.test.yaml")]);
        Assert.True(outcome.ExitCode == 0, outcome.Output + outcome.Errors);
    }

    [PromtoolFact]
    public void EveryAlertIsTested()
    {
        string tests = Repository.Read("deploy", "alerts.test.yaml");
        Assert.All(
            Node.Documents(Repository.Read("helm", "cluster", "files", "alerts.yaml")).Single()["groups"].Items.SelectMany(group => group["rules"].Items),
            rule => Assert.Matches($@"alertname: {rule["alert"]}\s+exp_alerts:\s+- ", tests));
    }

    [PromtoolFact]
    public void PrometheusUnderstandsEveryExpression()
    {
        string folder = Directory.CreateTempSubdirectory("cluster-rules-").FullName;
        try
        {
            string file = Path.Combine(folder, "rules.yaml");
            File.WriteAllText(file, "groups:\n  - name: all\n    rules:\n" + string.Concat(Expressions.Select((each, i) =>
                $"      - record: expression:{i}\n        expr: {JsonSerializer.Serialize(((string)each[1]).Replace("$__rate_interval", "5m", StringComparison.Ordinal))}\n")));
            Outcome rules = Tool.Run(PromtoolFactAttribute.Promtool!, ["check", "rules", file]);
            Assert.True(rules.ExitCode == 0, rules.Output + rules.Errors);
            // The compose file lays the rules beside the configuration.
            foreach (string each in new[] { "prometheus.yaml", "alerts.yaml" })
            {
                File.Copy(each == "alerts.yaml" ? Repository.At("helm", "cluster", "files", each) : Repository.At("deploy", each), Path.Combine(folder, each));
            }

            Outcome configuration = Tool.Run(PromtoolFactAttribute.Promtool!, ["check", "config", Path.Combine(folder, "prometheus.yaml")]);
            Assert.True(configuration.ExitCode == 0, configuration.Output + configuration.Errors);
            Assert.Contains("1 rule files found", configuration.Output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<JsonElement> Files() => Directory.GetFiles(Repository.At("helm", "cluster", "files", "dashboards"), "*.json")
        .Order(StringComparer.Ordinal).Select(file => JsonDocument.Parse(File.ReadAllText(file)).RootElement);

    private static IEnumerable<(string Where, string Expression)> Dashboards() =>
        from dashboard in Files()
        from panel in dashboard.GetProperty("panels").EnumerateArray()
        from target in panel.GetProperty("targets").EnumerateArray()
        select ($"{dashboard.GetProperty("title")}: {panel.GetProperty("title")} {target.GetProperty("refId")}", target.GetProperty("expr").GetString()!);

    private static IEnumerable<string> Sources() =>
        Directory.GetFiles(Repository.At("src"), "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllText);

    private static IEnumerable<string> Tags() => TagName().Matches(Repository.Read("src", "Grains", "Telemetry", "TelemetryNames.cs"))
        .Select(match => match.Groups[1].Value.Replace('.', '_'));

    private static bool Overlap(JsonElement a, JsonElement b)
    {
        return Meet("x", "w") && Meet("y", "h");
        bool Meet(string at, string length) => Number(a, at) < Number(b, at) + Number(b, length) && Number(b, at) < Number(a, at) + Number(a, length);
        static int Number(JsonElement of, string name) => of.GetProperty(name).GetInt32();
    }

    [GeneratedRegex("""_?[mM]eter\.Create(?<kind>\w+?)(<\w+>)?\("(?<name>cluster\.[\w.]+)",.*?(unit: null|"(?<unit>[^"]*)"),""")]
    private static partial Regex Instrument();

    [GeneratedRegex("""/// <summary>Tag: .*\s+public const string \w+ = "([\w.]+)";""")]
    private static partial Regex TagName();

    [GeneratedRegex("""Rule\(\s*"(?<name>[a-z-]+)",\s*Severity\.(?<severity>\w+)""")]
    private static partial Regex RuleName();

    [GeneratedRegex("cluster_diagnosis_name=~\"([^\"]*)\"")]
    private static partial Regex AlertedRules();

    [GeneratedRegex("cluster_signal_name=~?\"([^\"]*)\"")]
    private static partial Regex SignalNames();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Text();

    [GeneratedRegex(@"[A-Za-z_]\w*")]
    private static partial Regex Word();

    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex Matchers();

    [GeneratedRegex(@"(\w+)\s*(=~|!=|!~|=)")]
    private static partial Regex Label();

    [GeneratedRegex(@"\b(?:by|on)\s*\(([^()]*)\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"\{\{(\w+)\}\}")]
    private static partial Regex Legend();

    [GeneratedRegex(@"\$\{?(\w+)\}?")]
    private static partial Regex Variable();
}

/// <summary>A fact that needs promtool.</summary>
public sealed class PromtoolFactAttribute : FactAttribute
{
    public PromtoolFactAttribute() => Skip = Promtool is null ? "promtool is not on the path; on Debian: apt-get install --no-install-recommends prometheus" : null;

    internal static string? Promtool { get; } = Tool.Find("promtool");
}
