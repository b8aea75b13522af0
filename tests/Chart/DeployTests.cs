using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using System.Text.RegularExpressions;

[assembly: UnsupportedOSPlatform("windows")] // what is tested are POSIX shell scripts and containers of Linux

namespace Cluster.Chart.Tests;

/// <summary>The containers and the compose file agree with each other, with the chart and with the silo.</summary>
public sealed partial class DeployTests
{
    private static Node Compose { get; } = Node.Documents(Repository.Read("deploy", "compose.yaml")).Single();

    private static Node Values { get; } = Node.Documents(Repository.Read("helm", "cluster", "values.yaml")).Single();

    [Fact]
    public void BothContainerfilesAreTheSameButForCuda()
    {
        string[] cpu = Instructions("Containerfile");
        string[] cuda = Instructions("Containerfile.cuda");
        Assert.Equal(cpu, cuda.Where(line => !line.StartsWith("ENV NVIDIA_", StringComparison.Ordinal))
            .Select(line => line.Replace("TorchSharp-cuda-linux", "TorchSharp-cpu", StringComparison.Ordinal)));
        Assert.Single(cuda, line => line.StartsWith("ENV NVIDIA_", StringComparison.Ordinal));
        Assert.Contains(cuda, line => line.Contains("TorchSharp-cuda-linux", StringComparison.Ordinal));
        Assert.Contains("TorchSharp-cuda-linux", Repository.Read("Directory.Packages.props"), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatTheImageCopiesIsThere() => Assert.All(
        Instructions("Containerfile").Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from=", StringComparison.Ordinal)),
        line => Assert.All(line.Split(' ')[1..^1].Where(word => !word.StartsWith("--", StringComparison.Ordinal)), source =>
            Assert.True(Path.Exists(Repository.At(source)), source)));

    [Fact]
    public void TheImageRunsAsNobodyAndListensWhereTheChartSays()
    {
        string[] lines = Instructions("Containerfile");
        string user = Values["securityContext", "runAsUser"].Text!;
        Assert.Contains($"USER {user}:{user}", lines);
        Assert.Contains($"EXPOSE {Values["ports", "silo"]} {Values["ports", "bulk"]} {Values["ports", "gateway"]} {Values["ports", "http"]}", lines);
        Assert.Contains("STOPSIGNAL SIGTERM", lines);
        Assert.Contains(lines, line => line.StartsWith("HEALTHCHECK ", StringComparison.Ordinal) && line.Contains("/opt/cluster/healthcheck.sh", StringComparison.Ordinal));
    }

    [Fact]
    public void VersionsAgree()
    {
        string version = Version().Match(Repository.Read("Directory.Build.props")).Groups[1].Value;
        Node chart = Node.Documents(Repository.Read("helm", "cluster", "Chart.yaml")).Single();
        Assert.Equal(version, chart["appVersion"].Text);
        Assert.All(Silos(), silo => Assert.Equal($"{Values["image", "repository"]}:{version}", silo.Value["image"].Text));
        Assert.Equal(Values["telemetry", "collector", "image"].Text, Compose["services", "collector", "image"].Text);
        Assert.Equal(Values["postgres", "image"].Text, Compose["services", "postgres", "image"].Text);
    }

    [Fact]
    public void WhatComposeMountsIsThere()
    {
        foreach ((string name, Node service) in Compose["services"].Fields)
        {
            Assert.All(Merged(service, "volumes").Items.Select(each => each.Text!.Split(':')[0]), source => Assert.True(
                source.StartsWith('.') ? Path.Exists(Repository.At("deploy", source)) : Compose["volumes"].Fields.ContainsKey(source), $"{name}: {source}"));
            Assert.All(Merged(service, "secrets").Items, secret => Assert.True(Compose["secrets", secret.Text!].Exists, $"{name}: {secret}"));
            Assert.All(Merged(service, "networks").Items, network => Assert.True(Compose["networks"].Fields.ContainsKey(network.Text!), $"{name}: {network}"));
            Assert.All(Merged(service, "ports").Items, port => Assert.StartsWith("127.0.0.1:", port.Text, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void SilosOfComposeAreConfinedAndHaveTimeToDrain()
    {
        Node settings = Node.Documents(Repository.Read("deploy", "silo.yaml")).Single();
        Assert.Equal(3, Silos().Count());
        Assert.All(Silos(), silo =>
        {
            Assert.Equal("true", Merged(silo.Value, "read_only").Text);
            Assert.Equal("ALL", Merged(silo.Value, "cap_drop").Items.Single().Text);
            double patience = double.Parse(Merged(silo.Value, "stop_grace_period").Text!.TrimEnd('s'), CultureInfo.InvariantCulture);
            Assert.True(patience > double.Parse(settings["grace"].Text!, CultureInfo.InvariantCulture));
            Assert.Equal(silo.Key, silo.Value["environment", "CLUSTER_SILO_NAME"].Text);
            string[] secrets = [.. Merged(silo.Value, "secrets").Items.Select(each => "/run/secrets/" + each.Text)];
            Assert.Contains(settings["http", "tokenFile"].Text, secrets);
            Assert.Contains(settings["clustering", "connectionFile"].Text, secrets);
        });
        Assert.Equal(settings["cluster"].Text, Compose["services", "client", "environment", "CLUSTER_SILO_CLUSTER"].Text);
    }

    [SettingsFact]
    public void SettingsOfComposeAreTheSilos()
    {
        Node settings = Node.Documents(Repository.Read("deploy", "silo.yaml")).Single();
        Assert.All(
            settings.Fields.SelectMany(each => each.Value.Fields.Count == 0 ? [each.Key] : each.Value.Fields.Keys.Select(below => $"{each.Key}.{below}")),
            key => Assert.Contains(key, SettingsTheoryAttribute.Keys));
    }

    [Fact]
    public void GrafanaFindsPrometheusAndTheDashboards()
    {
        Node source = Node.Documents(Repository.Read("deploy", "grafana.yaml")).Single()["datasources"].Items.Single();
        Assert.Equal("http://prometheus:9090", source["url"].Text);
        string folder = Node.Documents(Repository.Read("deploy", "grafana-dashboards.yaml")).Single()["providers"].Items.Single()["options", "path"].Text!;
        Assert.Contains(Compose["services", "grafana", "volumes"].Items, each => each.Text == $"../helm/cluster/files/dashboards:{folder}:ro");
        Node target = Node.Documents(Repository.Read("deploy", "prometheus.yaml")).Single()["scrape_configs"].Items.Single()["static_configs"].Items.Single()["targets"].Items.Single();
        Node exporter = Node.Documents(Repository.Read("helm", "cluster", "files", "collector.yaml")).Single()["exporters", "prometheus", "endpoint"];
        Assert.Equal($"collector:{exporter.Text!.Split(':')[1]}", target.Text);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK", 0)]
    [InlineData("HTTP/1.1 503 Service Unavailable", 1)]
    public async Task TheHealthCheckGoesByTheAnswer(string answer, int exitCode)
    {
        using TcpListener server = new(IPAddress.Loopback, 0);
        server.Start();
        Task<string> asked = Answer(server, answer);
        Assert.Equal(exitCode, await Task.Run(() => Health(((IPEndPoint)server.LocalEndpoint).Port)));
        Assert.StartsWith("GET /health/live HTTP/1.1\r\nHost: ", await asked, StringComparison.Ordinal);
    }

    [Fact]
    public void TheHealthCheckFailsWhereNobodyListens()
    {
        int port;
        using (TcpListener server = new(IPAddress.Loopback, 0))
        {
            server.Start();
            port = ((IPEndPoint)server.LocalEndpoint).Port;
        }

        Assert.NotEqual(0, Health(port));
    }

    [Fact]
    public void SecretsAreMadeOnceAndFitTogether()
    {
        string folder = Directory.CreateTempSubdirectory("cluster-deploy-").FullName;
        try
        {
            string script = Path.Combine(folder, "secrets.sh");
            File.Copy(Repository.At("deploy", "secrets.sh"), script);
            Assert.Equal(0, Tool.Run("/bin/sh", [script], "/").ExitCode);
            string secrets = Path.Combine(folder, "secrets");
            Dictionary<string, string> first = Directory.GetFiles(secrets).ToDictionary(file => Path.GetFileName(file), File.ReadAllText);
            Assert.Equal(Compose["secrets"].Fields.Keys.Order(StringComparer.Ordinal), first.Keys.Order(StringComparer.Ordinal));
            Assert.True(first["token"].Length >= 32);
            Assert.EndsWith("Password=" + first["postgres-password"], first["connection"], StringComparison.Ordinal);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(secrets));
            Assert.Equal(0, Tool.Run("/bin/sh", [script], "/").ExitCode);
            Assert.All(first, each => Assert.Equal(each.Value, File.ReadAllText(Path.Combine(secrets, each.Key))));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<KeyValuePair<string, Node>> Silos() => Compose["services"].Fields.Where(each => each.Key.StartsWith("silo-", StringComparison.Ordinal))
        .Select(each => KeyValuePair.Create(each.Key, new Node(WithAnchor(each.Value))));

    /// <summary>A field of a service, its own or that of the map that it merges (<c>&lt;&lt;</c>).</summary>
    private static Node Merged(Node service, string field) => service[field] is { Exists: true } own ? own : service["<<", field];

    private static YamlDotNet.RepresentationModel.YamlNode WithAnchor(Node service)
    {
        YamlDotNet.RepresentationModel.YamlMappingNode whole = new();
        foreach (string key in service.Fields.Keys.Concat(service["<<"].Fields.Keys).Where(key => key != "<<").Distinct(StringComparer.Ordinal))
        {
            whole.Add(key, Merged(service, key).Yaml!);
        }

        return whole;
    }

    private static string[] Instructions(string file) => Continued().Replace(Repository.Read("deploy", file), " ")
        .Split('\n').Where(line => line.Length > 0 && line[0] != '#').ToArray();

    private static int Health(int port) => Tool.Run(
        "/bin/bash", [Repository.At("deploy", "healthcheck.sh")],
        environment: new Dictionary<string, string> { ["CLUSTER_SILO_HTTP_PORT"] = port.ToString(CultureInfo.InvariantCulture) }).ExitCode;

    private static async Task<string> Answer(TcpListener server, string status)
    {
        using TcpClient client = await server.AcceptTcpClientAsync();
        NetworkStream stream = client.GetStream();
        byte[] buffer = new byte[4096];
        int count = await stream.ReadAtLeastAsync(buffer, 20);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{status}\r\nContent-Length: 0\r\n\r\n"));
        return Encoding.ASCII.GetString(buffer, 0, count);
    }

    [GeneratedRegex(@"<Version>(.*)</Version>")]
    private static partial Regex Version();

    [GeneratedRegex(@"\s*\\\n\s*")]
    private static partial Regex Continued();
}

/// <summary>A fact about the silo's settings, skipped while there are none.</summary>
public sealed class SettingsFactAttribute : FactAttribute
{
    public SettingsFactAttribute() => Skip = SettingsTheoryAttribute.Keys.Count == 0 ? "src/Silo/Settings is not there yet" : null;
}
