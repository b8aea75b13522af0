using System.Globalization;
using System.Text.RegularExpressions;

namespace Cluster.Chart.Tests;

/// <summary>What the chart tells a silo is what a silo understands.</summary>
public sealed partial class SiloTests
{
    public static IEnumerable<object[]> Cases => Case.Names;

    [ChartTheory, MemberData(nameof(Cases))]
    public void PortsAreThoseOfSiloYaml(string name) => Assert.All(Case.Pools(name), pool =>
    {
        Node silo = pool["spec", "template", "spec", "containers"].Named("silo");
        Node settings = Settings(name, pool);
        Assert.Equal(settings["port"].Text, silo["ports"].Named("silo")["containerPort"].Text);
        Assert.Equal(settings["bulk", "port"].Text, silo["ports"].Named("bulk")["containerPort"].Text);
        Assert.Equal(settings["gatewayPort"].Text, silo["ports"].Named("gateway")["containerPort"].Text);
        Assert.Equal(settings["http", "port"].Text, silo["ports"].Named("http")["containerPort"].Text);
        Assert.All(Case.OfKind(name, "Service").SelectMany(each => each["spec", "ports"].Items), port =>
        {
            if (silo["ports"].Named(port["name"].Text!) is { Exists: true } own)
            {
                Assert.Equal(own["containerPort"].Text, port["port"].Text);
            }
        });
    });

    [ChartTheory, MemberData(nameof(Cases))]
    public void ProbesAskTheSilosHealthOverItsHttpPort(string name) => Assert.All(Case.Pools(name), pool =>
    {
        Node silo = pool["spec", "template", "spec", "containers"].Named("silo");
        Assert.Equal("/health/live", silo["livenessProbe", "httpGet", "path"].Text);
        Assert.Equal("/health/live", silo["startupProbe", "httpGet", "path"].Text);
        Assert.Equal("/health/ready", silo["readinessProbe", "httpGet", "path"].Text);
        Assert.All(new[] { "livenessProbe", "startupProbe", "readinessProbe" }, probe =>
        {
            Assert.Equal("http", silo[probe, "httpGet", "port"].Text);
            Assert.Equal("HTTP", silo[probe, "httpGet", "scheme"].Text);
        });
    });

    [ChartTheory, MemberData(nameof(Cases))]
    public void FilesNamedInSiloYamlAreMounted(string name) => Assert.All(Case.Pools(name), pool =>
    {
        string[] mounts = [.. pool["spec", "template", "spec", "containers"].Named("silo")["volumeMounts"].Items.Select(each => each["mountPath"].Text!)];
        string[] named = [.. Leaves(Settings(name, pool), "").Select(each => each.Value).Where(each => each.StartsWith('/'))];
        Assert.NotEmpty(named);
        Assert.All(named, path => Assert.Contains(mounts, mount => path == mount || path.StartsWith(mount + "/", StringComparison.Ordinal)));
        Assert.Contains(pool["spec", "template", "spec", "containers"].Named("silo")["args"].Items, each => each.Text == "/etc/cluster/silo/silo.yaml");
    });

    [ChartTheory, MemberData(nameof(Cases))]
    public void AllSilosOfAClusterAgree(string name)
    {
        string[] shared = ["cluster", "runs", "port", "gatewayPort", "bulk", "clustering", "tls"];
        Node[] all = [.. Case.Pools(name).Select(pool => Settings(name, pool))];
        Assert.All(shared, key => Assert.Single(all.Select(each => each[key].ToString()).Distinct()));
    }

    /// <summary>Experiments name pools in placement.pool; and what silos send each other must pass the policy.</summary>
    [ChartTheory, MemberData(nameof(Cases))]
    public void ASiloKnowsItsPoolAndReachesTheOthersOnAllTheirPorts(string name) => Assert.All(Case.Pools(name), pool =>
    {
        Assert.Equal(pool["metadata", "labels", "cluster/pool"].Text, Settings(name, pool)["pool"].Text);
        foreach (Node policy in Case.OfKind(name, "NetworkPolicy").Where(each => each["metadata", "name"].Text!.EndsWith("-silos", StringComparison.Ordinal)))
        {
            string[] names = [.. pool["spec", "template", "spec", "containers"].Named("silo")["ports"].Items.Select(each => each["name"].Text!).Order(StringComparer.Ordinal)];
            string[] numbers = [.. pool["spec", "template", "spec", "containers"].Named("silo")["ports"].Items.Select(each => each["containerPort"].Text!).Order(StringComparer.Ordinal)];
            Assert.Equal(names, policy["spec", "ingress"].Items.First()["ports"].Items.Select(each => each["port"].Text!).Order(StringComparer.Ordinal));
            Assert.Equal(numbers, policy["spec", "egress"].Items.First()["ports"].Items.Select(each => each["port"].Text!).Order(StringComparer.Ordinal));
        }
    });

    [ChartTheory, MemberData(nameof(Cases))]
    public void KubernetesWaitsLongerThanTheSiloDrains(string name) => Assert.All(Case.Pools(name), pool => Assert.True(
        Number(pool["spec", "template", "spec", "terminationGracePeriodSeconds"]) > Number(Settings(name, pool)["grace"])));

    [ChartTheory, MemberData(nameof(Cases))]
    public void DevicesAreTheGpusThatThePodGets(string name) => Assert.All(Case.Pools(name).Where(each => each["metadata", "labels", "cluster/pool"].Text != "quiet"), pool =>
    {
        Node silo = pool["spec", "template", "spec", "containers"].Named("silo");
        string gpus = silo["resources", "limits", "nvidia.com/gpu"].Text ?? "0";
        Assert.Equal(gpus, Settings(name, pool)["devices", "cuda"].Text);
        Assert.Equal(gpus != "0", silo["image"].Text!.EndsWith("-cuda", StringComparison.Ordinal));
    });

    [ChartTheory, MemberData(nameof(Cases))]
    public void NothingSecretIsInAConfigMapOrAnArgument(string name)
    {
        Assert.All(Case.Pools(name), pool =>
        {
            Assert.False(Settings(name, pool)["http", "token"].Exists);
            Assert.False(Settings(name, pool)["clustering", "connection"].Exists);
        });
        Assert.All(Case.Pods(name).SelectMany(pod => pod.Spec["containers"].Items).SelectMany(each => each["env"].Items), each =>
            Assert.DoesNotMatch("(?i)password=|token$", each["value"].Text ?? ""));
    }

    /// <summary>Kubernetes adds variables such as CLUSTER_SILO_PORT for a service cluster-silo, which a silo would read or refuse.</summary>
    [ChartTheory, MemberData(nameof(Cases))]
    public void NoVariablesOfServicesReachASilo(string name) =>
        Assert.All(Case.Pools(name), pool => Assert.Equal("false", pool["spec", "template", "spec", "enableServiceLinks"].Text));

    /// <summary>Zero and false are values, too, which Helm's own mergeOverwrite has been known to pass over.</summary>
    [ChartFact]
    public void APoolOverridesItsDefaultsAndSiloYaml()
    {
        const string name = "cases/overrides.yaml";
        Node pool = Case.Pools(name).Single(each => each["metadata", "labels", "cluster/pool"].Text == "quiet");
        Assert.Equal("0", pool["spec", "replicas"].Text);
        Assert.Equal("ScheduleAnyway", pool["spec", "template", "spec", "topologySpreadConstraints"].Items.Single()["whenUnsatisfiable"].Text);
        Assert.Equal("", string.Concat(pool["spec", "template", "spec", "nodeSelector"].Fields.Keys));
        Node resources = pool["spec", "template", "spec", "containers"].Named("silo")["resources"];
        Assert.Equal(["limits"], resources.Fields.Keys);
        Assert.Equal(["memory", "nvidia.com/mig-3g.20gb"], resources["limits"].Fields.Keys.Order(StringComparer.Ordinal));
        Node settings = Settings(name, pool);
        Assert.Equal("0", settings["devices", "cuda"].Text);
        Assert.Equal("false", settings["devices", "pretend"].Text);
        Assert.Equal("3", settings["queue", "limit"].Text);
        Assert.Equal("2", settings["queue", "interval"].Text);
        Node other = Case.Pools(name).Single(each => each["metadata", "labels", "cluster/pool"].Text == "other");
        Assert.Equal("2", other["spec", "replicas"].Text);
        Assert.Equal("DoNotSchedule", other["spec", "template", "spec", "topologySpreadConstraints"].Items.Single()["whenUnsatisfiable"].Text);
        Assert.Equal("fast", other["spec", "template", "spec", "nodeSelector", "disk"].Text);
    }

    [SettingsTheory, MemberData(nameof(Cases))]
    public void EverySettingIsOneOfTheSilos(string name)
    {
        string[] known = [.. SettingsTheoryAttribute.Keys];
        string[] variables = [.. known.Select(key => "CLUSTER_SILO_" + Words().Replace(key, match => match.Value == "." ? "_" : "_" + match.Value).ToUpperInvariant())];
        Assert.All(Case.Pools(name), pool =>
        {
            Assert.All(Leaves(Settings(name, pool), ""), each => Assert.Contains(each.Key, known));
            Assert.All(
                pool["spec", "template", "spec", "containers"].Named("silo")["env"].Items.Select(each => each["name"].Text!).Where(each => each.StartsWith("CLUSTER_", StringComparison.Ordinal)),
                each => Assert.Contains(each, variables));
        });
    }

    private static Node Settings(string name, Node pool)
    {
        Node map = Case.OfKind(name, "ConfigMap").Single(each => each["metadata", "name"].Text == pool["metadata", "name"].Text);
        return Node.Documents(map["data", "silo.yaml"].Text!).Single();
    }

    private static IEnumerable<KeyValuePair<string, string>> Leaves(Node at, string path) => at.Fields.Count == 0
        ? [KeyValuePair.Create(path, at.Text ?? "")]
        : at.Fields.SelectMany(each => Leaves(each.Value, path.Length == 0 ? each.Key : $"{path}.{each.Key}"));

    private static double Number(Node node) => double.Parse(node.Text!, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\.|[A-Z]")]
    private static partial Regex Words();
}

/// <summary>A theory about the silo's settings, read from their attributes in the source; skipped while there are none.</summary>
public sealed partial class SettingsTheoryAttribute : TheoryAttribute
{
    public SettingsTheoryAttribute()
    {
        Skip = Renderer.IsMissing ?? (Keys.Count == 0 ? "src/Silo/Settings is not there yet" : null);
    }

    internal static IReadOnlyList<string> Keys { get; } = Directory.Exists(Repository.At("src", "Silo", "Settings"))
        ? [.. Directory.GetFiles(Repository.At("src", "Silo", "Settings"), "*.cs").SelectMany(file => Key().Matches(File.ReadAllText(file))).Select(match => match.Groups[1].Value)]
        : [];

    [GeneratedRegex(@"\[Setting\(""([\w.]+)""")]
    private static partial Regex Key();
}
