using System.Text.Json;

namespace Cluster.Chart.Tests;

/// <summary>values.yaml, its schema and the templates say the same.</summary>
public sealed class ValuesTests
{
    [GoFact]
    public void EveryValueChangesSomeManifest()
    {
        string[] files = [.. Case.All.Where(each => each.File is not null).SelectMany(each => new[] { "--values", each.File! })];
        Outcome outcome = Renderer.Go("unused", files);
        Assert.Equal("", outcome.Errors);
        Assert.Equal("", outcome.Output);
    }

    [Fact]
    public void EveryValueIsInTheSchemaAndEveryKeyOfTheSchemaInTheValues()
    {
        using JsonDocument schema = JsonDocument.Parse(Repository.Read("helm", "cluster", "values.schema.json"));
        List<string> mistakes = [];
        Compare(Node.Documents(Repository.Read("helm", "cluster", "values.yaml")).Single(), schema.RootElement, "", mistakes);
        Assert.Empty(mistakes);
    }

    [ChartTheory]
    [InlineData("pools=[]", "pools")]
    [InlineData("pools=[{name: Upper}]", "pools.0.name")]
    [InlineData("pools=[{name: postgres}]", "pools.0.name")]
    [InlineData("pools=[{name: a, replica: 2}]", "replica")]
    [InlineData("pools=[{name: a, device: tpu}]", "pools.0.device")]
    [InlineData("pools=[{name: a, gpus: 0}]", "pools.0.gpus")]
    [InlineData("pools=[{replicas: 1}]", "name")]
    [InlineData("pool=gpu", "pool")]
    [InlineData("image.pullPolicy=Sometimes", "image.pullPolicy")]
    [InlineData("clustering.kind=zookeeper", "clustering.kind")]
    [InlineData("clustering.probeSeconds=0", "clustering.probeSeconds")]
    [InlineData("tls.source=guessed", "tls.source")]
    [InlineData("runs.size=much", "runs.size")]
    [InlineData("runs.accessMode=ReadOnlyMany", "runs.accessMode")]
    [InlineData("ports.silo=80", "ports.silo")]
    [InlineData("ports.http=http", "ports.http")]
    [InlineData("drainSeconds=5", "drainSeconds")]
    [InlineData("log=verbose", "log")]
    [InlineData("queue.limit=0", "queue.limit")]
    [InlineData("queue.ownerDevices=-1", "queue.ownerDevices")]
    [InlineData("ports.bulk=80", "ports.bulk")]
    [InlineData("telemetry.endpoint=collector:4317", "telemetry.endpoint")]
    [InlineData("telemetry.protocol=udp", "telemetry.protocol")]
    [InlineData("securityContext.runAsUser=0", "securityContext.runAsUser")]
    [InlineData("networkPolicy.clients=[{pods: {}}]", "pods")]
    [InlineData("fullnameOverride=Not_A_Name", "fullnameOverride")]
    [InlineData("poolDefaults.resources.limits.memory=lots", "poolDefaults.resources.limits.memory")]
    public void TheSchemaRefusesAndNames(string value, string place)
    {
        // As a file, because helm's --set has a syntax of its own.
        Outcome outcome = WithValues(string.Concat(value.Split('=')[0].Split('.').Select((key, depth) => $"\n{new string(' ', depth)}{key}:")) + " " + value[(value.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains(place, outcome.Errors, StringComparison.Ordinal);
    }

    [ChartTheory]
    [InlineData("clustering: {kind: localhost}", "clustering.kind localhost is for one silo, and pools have 3: choose postgresql or file")]
    [InlineData("clustering: {kind: redis}", "clustering.kind redis: the chart brings no Redis; name the secret")]
    [InlineData("pools: [{name: a}, {name: a}]", "pools: two have the name a")]
    [InlineData("serviceMonitor: {enabled: true}", "set telemetry.collector.enabled too")]
    [InlineData("tls: {source: existing}", "name your secret in tls.existingSecret")]
    [InlineData("tls: {source: cert-manager}", "name the issuer in tls.issuer.name")]
    public void WhatDoesNotGoTogetherIsRefusedWithWhatWould(string values, string message)
    {
        Outcome outcome = WithValues(values);
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains(message, outcome.Errors, StringComparison.Ordinal);
    }

    private static Outcome WithValues(string values)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, values + "\n");
            return Renderer.Template("--values", file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void Compare(Node values, JsonElement schema, string path, List<string> mistakes)
    {
        if (!schema.TryGetProperty("properties", out JsonElement properties))
        {
            return; // free: labels, selectors, quantities
        }

        if (schema.GetProperty("additionalProperties").ValueKind != JsonValueKind.False)
        {
            mistakes.Add($"{path}: the schema lets unknown keys pass");
        }

        // Helm itself puts `global` into every chart's values.
        mistakes.AddRange(properties.EnumerateObject().Where(each => each.Name != "global" && !values[each.Name].Exists).Select(each => $"{path}{each.Name}: in the schema, not in values.yaml"));
        foreach ((string key, Node value) in values.Fields)
        {
            if (!properties.TryGetProperty(key, out JsonElement below))
            {
                mistakes.Add($"{path}{key}: in values.yaml, not in the schema");
            }
            else
            {
                Compare(value, below, $"{path}{key}.", mistakes);
            }
        }
    }
}
