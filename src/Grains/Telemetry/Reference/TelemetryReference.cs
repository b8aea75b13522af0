using System.Diagnostics.Metrics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Cluster.Grains;

/// <summary>The text of docs/telemetry.md, made from the instruments, signals and rules that there are.</summary>
public static class TelemetryReference
{
    private const string Opening =
        """
        <!-- Made from src/Grains/Telemetry and src/Grains/Diagnosis; a test says when it is stale. -->
        # Telemetry
        Set `OTEL_EXPORTER_OTLP_ENDPOINT` and every silo, the one inside `cluster run` too, sends traces, metrics and logs there: OTLP over gRPC, or over HTTP with `OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`. The other variables of the OpenTelemetry specification (headers, intervals, resource attributes) hold as well. Without an endpoint nothing is collected and nothing is sent.

            OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317 ./cluster run examples/gan-digits.yaml

        All of it carries the resource attributes `service.name` (`cluster`), `service.version`, `service.instance.id`, `host.name`, `host.arch`, `os.type`, `process.pid`, `process.runtime.name` and `process.runtime.version`.

        ## Traces
        Source `Cluster.Training`. One step in `metrics.traceEvery` (100), and the first of every attempt, is a trace of its own across all actors and silos, linked to the attempt's span. So is every step that failed and is done again. A step that turns out slow (three times its usual time and a quarter of a second) or that fails, though it was not chosen, gets its trace afterwards: each actor remembers when it worked on its last messages. Such a trace has `cluster.step.why`, `slow` or `failed`, and no spans of devices. A step that ends in a recovery has the status error with the reason.

        | span | what | tags |
        | --- | --- | --- |
        | `experiment.run` | one attempt of a run | `cluster.run`, `cluster.attempt` |
        | `workflow.step` | root of a step's trace; ends when its arithmetic is done | `cluster.run`, `cluster.step`, `cluster.step.why` |
        | `actor.message` | one message of an actor | `cluster.run`, `cluster.role`, `cluster.index`, `cluster.step`, `cluster.message` |
        | `device.run` | one piece of work on a device's thread | `cluster.device.name`, `cluster.device.work` |
        | `exchange.reduce` | a gradient's way to its shards and the new values' way back | `cluster.role`, `cluster.step` |
        | `checkpoint.write` | the writing of a checkpoint's files | `cluster.run`, `cluster.step` |

        Orleans' own spans of the same calls (`Microsoft.Orleans.*`) stand between them.

        ## Logs
        Lines of Cluster from the weight of information on, and warnings of everything else, go out with the trace that they belong to. Those of a run carry its name as `cluster.run` and the trace of its attempt: findings, recoveries, failures.

        ## Metrics
        Meter `Cluster.Training`; Orleans' own meter, `Microsoft.Orleans`, is sent too.


        """;

    private const string Signals =
        """

        ## Signals
        Figures of a row in `metrics.jsonl` and, by the same name, of the metric `cluster.signal`. They are made on the devices, from tensors that are there anyway, in the steps that have a row (`metrics.every`); those that cost a pass of their own in one row each hundred steps. No bit of the training depends on them. Those marked with a clock depend on the machine; all others follow from the experiment file.


        """;

    private const string Findings =
        """

        ## Diagnosis
        Rules read these signals and nothing else. A finding is an event of kind `diagnosis` in the run's `events.jsonl`, with `rule`, `severity`, a sentence and a suggestion; `cluster run` prints it, the log has it, and `cluster.diagnosis` is 1 for the run and the rule. A rule tells once; when its fault is gone an event `cleared` says so and the metric is 0. "In n rows" means in n rows one after the other.


        """;

    /// <summary>The whole page.</summary>
    public static string ToMarkdown()
    {
        StringBuilder page = new(Opening);
        Table(page, ["metric", "kind", "unit", "tags", "what"], Instruments().Select(each => new[]
        {
            $"`{each.Name}`", Kind(each), each.Unit ?? "", string.Join(", ", InstrumentTags.All[each.Name].Select(tag => $"`{tag}`")), each.Description ?? "",
        }));
        page.Append(Signals);
        Table(page, ["signal", "unit", "models", "what"], SignalCatalog.All.Select(each => new[]
        {
            $"`{each.Name}`", each.Unit == "1" ? "" : each.Unit, each.Families, each.Meaning + (each.IsOfTime ? " (clock)" : ""),
        }));
        page.Append(Findings);
        Table(page, ["rule", "severity", "when"], RuleCatalog.All.Select(rule => new[] { $"`{rule.Name}`", rule.Severity.ToString().ToLowerInvariant(), rule.Meaning }));
        return page.ToString();
    }

    /// <summary>All instruments of the meter, by name.</summary>
    internal static IReadOnlyList<Instrument> Instruments()
    {
        SortedDictionary<string, Instrument> found = new(StringComparer.Ordinal);
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == TelemetryNames.Source)
            {
                found[instrument.Name] = instrument;
            }
        };
        using DevicePool devices = new(new TrainingOptions());
        using TrainingMeter meter = new(devices);
        RuntimeHelpers.RunClassConstructor(typeof(ExchangeMetrics).TypeHandle);
        listener.Start();
        return [.. found.Values];
    }

    private static string Kind(Instrument instrument) => instrument.GetType().Name switch
    {
        var name when name.Contains("Histogram", StringComparison.Ordinal) => "histogram",
        var name when name.Contains("Counter", StringComparison.Ordinal) => "counter",
        _ => "gauge",
    };

    private static void Table(StringBuilder page, string[] heads, IEnumerable<string[]> rows)
    {
        page.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", heads)} |\n| {string.Join(" | ", heads.Select(_ => "---"))} |\n");
        foreach (string[] row in rows)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", row.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))} |\n");
        }
    }
}
