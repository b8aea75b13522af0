using System.Reflection;
using Cluster.Grains;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Cluster.Silo;

/// <summary>
/// Sends traces and metrics over OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; protocol, headers and intervals come from the
/// other variables of the OpenTelemetry specification. Nothing is collected or sent otherwise.
/// </summary>
public sealed class TelemetryExport : IDisposable
{
    private readonly TracerProvider? _traces;
    private readonly MeterProvider? _metrics;

    private TelemetryExport(TracerProvider? traces, MeterProvider? metrics)
    {
        _traces = traces;
        _metrics = metrics;
    }

    /// <summary>Starts to export, where an endpoint is named.</summary>
    public static TelemetryExport Start()
    {
        if (!new[] { "", "TRACES_", "METRICS_" }.Any(kind => Environment.GetEnvironmentVariable($"OTEL_EXPORTER_OTLP_{kind}ENDPOINT") is { Length: > 0 }))
        {
            return new TelemetryExport(null, null);
        }

        string version = typeof(TelemetryExport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
        ResourceBuilder resource = ResourceBuilder.CreateDefault()
            .AddService("cluster", serviceVersion: version, serviceInstanceId: $"{Environment.MachineName}:{Environment.ProcessId}")
            .AddAttributes([new("host.name", Environment.MachineName), new("process.pid", Environment.ProcessId)])
            .AddEnvironmentVariableDetector();
        return new TelemetryExport(
            OpenTelemetry.Sdk.CreateTracerProviderBuilder()
                .SetResourceBuilder(resource)
                .AddSource(TelemetryNames.Source, "Microsoft.Orleans.Application", "Microsoft.Orleans.Runtime")
                .SetSampler(new ParentBasedSampler(new OwnRoots()))
                .AddOtlpExporter()
                .Build(),
            OpenTelemetry.Sdk.CreateMeterProviderBuilder()
                .SetResourceBuilder(resource)
                .AddMeter(TelemetryNames.Source, "Microsoft.Orleans")
                .AddOtlpExporter()
                .Build());
    }

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
