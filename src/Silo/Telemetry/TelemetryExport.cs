using Cluster.Grains;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Cluster.Silo;

/// <summary>
/// Sends traces and metrics over OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; protocol, headers and intervals come from the
/// other variables of the OpenTelemetry specification. Nothing is collected or sent otherwise.
/// </summary>
public sealed class TelemetryExport : IDisposable
{
    /// <summary>Orleans' sources, of which there are Application, Runtime, Lifecycle and Storage.</summary>
    private const string OrleansSources = "Microsoft.Orleans.*";

    /// <summary>Orleans' meter.</summary>
    private const string OrleansMeter = "Microsoft.Orleans";

    private readonly TracerProvider? _traces;
    private readonly MeterProvider? _metrics;

    private TelemetryExport(TracerProvider? traces, MeterProvider? metrics)
    {
        _traces = traces;
        _metrics = metrics;
    }

    /// <summary>Whether an endpoint is named for a kind of telemetry: <c>TRACES</c>, <c>METRICS</c> or <c>LOGS</c>.</summary>
    internal static bool IsAsked(string kind) => new[] { "", kind + "_" }.Any(each => Environment.GetEnvironmentVariable($"OTEL_EXPORTER_OTLP_{each}ENDPOINT") is { Length: > 0 });

    /// <summary>Starts to export, where an endpoint is named.</summary>
    public static TelemetryExport Start() => new(
        !IsAsked("TRACES") ? null : OpenTelemetry.Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(TelemetryResource.Build())
            .AddSource(TelemetryNames.Source, OrleansSources)
            .SetSampler(new ParentBasedSampler(new OwnRoots()))
            .AddOtlpExporter()
            .Build(),
        !IsAsked("METRICS") ? null : OpenTelemetry.Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(TelemetryResource.Build())
            .AddMeter(TelemetryNames.Source, OrleansMeter)
            .AddOtlpExporter()
            .Build());

    /// <summary>
    /// Traces begin with a run, a step or a checkpoint of ours alone: Orleans would begin one with every call of the steps that are not traced.
    /// </summary>
    private sealed class OwnRoots : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) => new(
            samplingParameters.Name is TelemetryNames.RunSpan or TelemetryNames.StepSpan or TelemetryNames.CheckpointSpan
                ? SamplingDecision.RecordAndSample
                : SamplingDecision.Drop);
    }

    /// <summary>Sends what is left, and ends.</summary>
    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }
}
