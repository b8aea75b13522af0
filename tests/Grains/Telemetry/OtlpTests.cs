using Cluster.Contracts;
using Cluster.Silo;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Cluster.Grains.Tests;

[Trait("Orleans", "either")]
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
            await cluster.Finish("run", "replicas=2", "shards=6", "steps=60", "metrics.traceEvery=20", "checkpoint.every=20");
        }

        Assert.Equal("cluster", collector.Resource["service.name"]);
        OtlpSpan[] spans = [.. collector.Spans];
        OtlpSpan[] steps = [.. spans.Where(span => span.Name == TelemetryNames.StepSpan && !span.Attributes.ContainsKey(TelemetryNames.Why))];
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

        // All that such a run has something to measure for: it neither recovers nor falls ill.
        AssertMetrics(collector, [.. InstrumentTags.All.Keys.Except(["cluster.recoveries", "cluster.diagnosis", "cluster.signal"])]);
        foreach (string attribute in new[] { "service.name", "service.version", "service.instance.id", "host.name", "os.type", "process.pid", "process.runtime.version" })
        {
            Assert.NotEqual("", collector.Resource[attribute]);
        }
    }

    [Theory]
    [InlineData("grpc", HttpProtocols.Http2)]
    [InlineData("http/protobuf", HttpProtocols.Http1)]
    public async Task Figures_findings_and_recoveries_are_metrics_while_the_run_trains(string protocol, HttpProtocols server)
    {
        await using OtlpCollector collector = await OtlpCollector.Start(server);
        await using TrainingCluster cluster = await TrainingCluster.Start();
        using (Variables(collector.Address, protocol))
        {
            using (TelemetryExport.Start())
            {
                using (MessageFaults.Lose("Judge", 10))
                {
                    // A learning rate at which nothing moves is found out.
                    await cluster.Run("run").Start(TrainingCluster.Experiment("steps=1000000", "recovery.stepLimit=0.5", "metrics.every=1", "optimizer.learningRate=1e-12"));
                    await cluster.Until("run", status => status.Step > 60);
                }
            }

            await cluster.Run("run").Pause();
            await cluster.Ended("run");
        }

        AssertMetrics(collector, "cluster.signal", "cluster.diagnosis", "cluster.recoveries");

        // The step that was lost: shown as failed, and traced in full when it was done again.
        OtlpSpan failed = collector.Spans.First(span => span.Attributes.GetValueOrDefault(TelemetryNames.Why) == "failed");
        Assert.Contains(collector.Spans, span => span.Trace == failed.Trace && span.Parent == failed.Id && span.Name == TelemetryNames.MessageSpan);
        OtlpSpan[] again = [.. collector.Spans.Where(span => span.Name == TelemetryNames.StepSpan && span.Attributes[TelemetryNames.Step] == failed.Attributes[TelemetryNames.Step])];
        Assert.Contains(again, span => collector.Spans.Any(each => each.Trace == span.Trace && each.Name == TelemetryNames.DeviceSpan));
    }

    [Fact]
    public async Task A_step_that_turns_out_slow_is_traced_afterwards()
    {
        await using OtlpCollector collector = await OtlpCollector.Start(HttpProtocols.Http1);
        await using TrainingCluster cluster = await TrainingCluster.Start(2);
        long judged = 0;
        using (Variables(collector.Address, "http/protobuf"))
        {
            using TelemetryExport export = TelemetryExport.Start();

            // Long after the first steps, so that the run knows its rate; no step is chosen but the first.
            using (MessageFaults.Set((context, _) => context.MethodName == "Judge" && Interlocked.Increment(ref judged) == 700 ? Task.Delay(5000) : null))
            {
                await cluster.Finish("run", "steps=900", "metrics.traceEvery=1000000");
            }
        }

        OtlpSpan slow = collector.Spans.First(span => span.Attributes.GetValueOrDefault(TelemetryNames.Why) == "slow");
        OtlpSpan[] messages = [.. collector.Spans.Where(span => span.Trace == slow.Trace && span.Parent == slow.Id)];
        Assert.All(messages, span => Assert.Equal(TelemetryNames.MessageSpan, span.Name));
        Assert.Contains(messages, span => span.Attributes["cluster.message"] == "Step" && span.Attributes[TelemetryNames.Role] == "generator");
    }

    [Fact]
    public async Task Lines_of_a_run_carry_its_name_and_the_trace_of_its_attempt()
    {
        await using OtlpCollector collector = await OtlpCollector.Start(HttpProtocols.Http1);
        string runs = Directory.CreateTempSubdirectory("cluster-logs-").FullName;
        using (Variables(collector.Address, "http/protobuf"))
        {
            // The whole way: a silo in this process, as `cluster run` has it.
            await using TrainingSilo silo = await TrainingSilo.Start(new TrainingOptions { Runs = runs });
            IExperimentGrain run = silo.Grains.GetGrain<IExperimentGrain>("logged");
            await run.Start(TrainingCluster.Experiment("steps=60", "metrics.every=4", "optimizer.learningRate=1e-12"));
            while ((await run.Status()).State == RunState.Running)
            {
                await Task.Delay(10);
            }
        }

        OtlpLog line = collector.Logs.First(each => each.Body.Contains("stalled", StringComparison.Ordinal));
        Assert.Equal("logged", line.Attributes[TelemetryNames.Run]);
        Assert.Contains("Warn", line.Severity, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(collector.Spans.Single(span => span.Name == TelemetryNames.RunSpan).Trace, line.Trace);
        Directory.Delete(runs, recursive: true);
    }

    [Fact]
    public async Task Without_an_endpoint_nothing_is_collected()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        using TelemetryExport export = TelemetryExport.Start();
        await cluster.Finish("run");
        Assert.False(StepTraces.Source.HasListeners());
    }

    private static void AssertMetrics(OtlpCollector collector, params string[] names)
    {
        Dictionary<string, string> units = TelemetryReference.Instruments().ToDictionary(each => each.Name, each => each.Unit ?? "", StringComparer.Ordinal);
        foreach (string name in names)
        {
            Assert.True(collector.Metrics.TryGetValue(name, out (string Unit, HashSet<string> Tags) metric), $"{name} did not arrive; there are {string.Join(", ", collector.Metrics.Keys)}");
            Assert.Equal(units[name], metric.Unit);
            Assert.Equal(InstrumentTags.All[name].Order(StringComparer.Ordinal), metric.Tags.Order(StringComparer.Ordinal));
        }
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
