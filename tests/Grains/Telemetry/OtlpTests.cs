using Cluster.Silo;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Cluster.Grains.Tests;

public sealed class OtlpTests
{
    [Theory]
    [InlineData("grpc", HttpProtocols.Http2)]
    [InlineData("http/protobuf", HttpProtocols.Http1)]
    public async Task A_step_is_one_trace_across_silos_and_every_metric_arrives(string protocol, HttpProtocols server)
    {
        await using OtlpCollector collector = await OtlpCollector.Start(server);
        await using TrainingCluster cluster = await TrainingCluster.Start(2);
        using (Variables(collector.Address, protocol))
        {
            using TelemetryExport export = TelemetryExport.Start();
            await cluster.Finish("run", "replicas=2", "shards=2", "steps=60", "metrics.traceEvery=20", "checkpoint.every=20");
        }

        Assert.Equal("cluster", collector.Resource["service.name"]);
        OtlpSpan[] spans = [.. collector.Spans];
        OtlpSpan[] steps = [.. spans.Where(span => span.Name == TelemetryNames.StepSpan)];
        Assert.Equal(["0", "20", "40"], steps.Select(span => span.Attributes[TelemetryNames.Step]).Order(StringComparer.Ordinal));
        OtlpSpan step = steps.Single(span => span.Attributes[TelemetryNames.Step] == "20");
        Assert.Equal("", step.Parent);
        Assert.Equal("run", step.Attributes[TelemetryNames.Run]);

        // Everything of the step hangs under its root, whichever silo it ran on.
        OtlpSpan[] trace = [.. spans.Where(span => span.Trace == step.Trace)];
        Assert.All(
            trace.Where(span => span.Attributes.GetValueOrDefault("cluster.message") is "Step" or "Judge" or "Reduce"),
            span => Assert.Equal("20", span.Attributes.GetValueOrDefault(TelemetryNames.Step) ?? "20"));
        Dictionary<string, OtlpSpan> byId = trace.ToDictionary(span => span.Id, StringComparer.Ordinal);
        Assert.All(trace.Where(span => span != step), span => Assert.True(byId.ContainsKey(span.Parent), $"{span.Name} has no parent in the trace"));
        string[] messages = [.. trace.Where(span => span.Name == TelemetryNames.MessageSpan)
            .Select(span => $"{span.Attributes[TelemetryNames.Role]}/{span.Attributes[TelemetryNames.Index]} {span.Attributes["cluster.message"]}")];
        Assert.Contains("discriminator/0 Step", messages);
        Assert.Contains("discriminator/1 Step", messages);
        Assert.Contains("generator/1 Step", messages);
        Assert.Contains("discriminator/1 Judge", messages);
        Assert.Contains("generator-shard/1 Reduce", messages);
        OtlpSpan judge = trace.First(span => span.Attributes.GetValueOrDefault("cluster.message") == "Judge");
        Assert.Contains("Step", Ancestors(judge, byId).Select(span => span.Attributes.GetValueOrDefault("cluster.message")));
        Assert.Contains(trace, span => span.Name == TelemetryNames.DeviceSpan && span.Attributes.GetValueOrDefault("cluster.device.work") == "generator.learn");
        Assert.Contains(trace, span => span.Name == TelemetryNames.ReduceSpan && span.Attributes[TelemetryNames.Role] == "generator");
        Assert.Contains(spans, span => span.Name == TelemetryNames.RunSpan);
        Assert.Equal(3, spans.Count(span => span.Name == TelemetryNames.CheckpointSpan));

        foreach ((string name, string unit, string[] tags) in new[]
        {
            ("cluster.step.duration", "s", new[] { TelemetryNames.Run }),
            ("cluster.steps", "{step}", [TelemetryNames.Run]),
            ("cluster.samples", "{sample}", [TelemetryNames.Run]),
            ("cluster.exchange.bytes", "By", [TelemetryNames.Run, TelemetryNames.Role, TelemetryNames.Index]),
            ("cluster.exchange.duration", "s", [TelemetryNames.Run, TelemetryNames.Role, TelemetryNames.Index]),
            ("cluster.checkpoint.duration", "s", [TelemetryNames.Run]),
            ("cluster.checkpoint.bytes", "By", [TelemetryNames.Run]),
            ("cluster.device.busy", "s", [TelemetryNames.Device]),
            ("cluster.device.queue", "{item}", [TelemetryNames.Device]),
        })
        {
            Assert.True(collector.Metrics.TryGetValue(name, out (string Unit, HashSet<string> Tags) metric), $"{name} did not arrive; there are {string.Join(", ", collector.Metrics.Keys)}");
            Assert.Equal(unit, metric.Unit);
            Assert.Equal(tags.Order(StringComparer.Ordinal), metric.Tags.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task Figures_and_recoveries_are_metrics_while_the_run_trains()
    {
        await using OtlpCollector collector = await OtlpCollector.Start(HttpProtocols.Http1);
        await using TrainingCluster cluster = await TrainingCluster.Start();
        using (Variables(collector.Address, "http/protobuf"))
        {
            using (TelemetryExport.Start())
            {
                using (MessageFaults.Lose("Judge", 10))
                {
                    await cluster.Run("run").Start(TrainingCluster.Experiment("steps=1000000", "recovery.stepLimit=0.5"));
                    await cluster.Until("run", status => status.Step > 200);
                }
            }

            await cluster.Run("run").Pause();
            await cluster.Ended("run");
        }

        Assert.Equal([TelemetryNames.Run, TelemetryNames.Signal], collector.Metrics["cluster.signal"].Tags.Order(StringComparer.Ordinal));
        Assert.Equal("{recovery}", collector.Metrics["cluster.recoveries"].Unit);
    }

    [Fact]
    public async Task Without_an_endpoint_nothing_is_collected()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        using TelemetryExport export = TelemetryExport.Start();
        await cluster.Finish("run");
        Assert.False(StepTraces.Source.HasListeners());
    }

    private static IEnumerable<OtlpSpan> Ancestors(OtlpSpan span, Dictionary<string, OtlpSpan> byId)
    {
        while (byId.TryGetValue(span.Parent, out OtlpSpan? parent))
        {
            yield return span = parent;
        }
    }

    private static Reset Variables(Uri endpoint, string protocol)
    {
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.ToString());
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL", protocol);
        return new Reset();
    }

    private sealed class Reset : IDisposable
    {
        public void Dispose()
        {
            Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT", null);
            Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL", null);
        }
    }
}
