using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;

namespace Cluster.Silo;

/// <summary>Telemetry of a silo's process: it begins before the silo does, and ends after it.</summary>
internal static class TelemetryHosting
{
    /// <summary>What of the log goes out, whatever the console is told: of ours all, of the engine's what a person acts on.</summary>
    private const LogLevel Own = LogLevel.Information, Others = LogLevel.Warning;

    /// <summary>Exports traces, metrics and logs, where an endpoint is named. Call it before the silo is added: hosted services end in reverse order.</summary>
    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        builder.Services.AddHostedService<Life>();
        if (!TelemetryExport.IsAsked("LOGS"))
        {
            return;
        }

        builder.Logging.AddFilter<OpenTelemetryLoggerProvider>(null, Others);
        builder.Logging.AddFilter<OpenTelemetryLoggerProvider>("Cluster", Own);
        builder.Logging.AddOpenTelemetry(log =>
        {
            // The trace comes from what is current when a line is written, the run from the scope around it.
            log.SetResourceBuilder(TelemetryResource.Build());
            log.IncludeFormattedMessage = true;
            log.IncludeScopes = true;
            log.AddOtlpExporter();
        });
    }

    private sealed class Life : IHostedService
    {
        private TelemetryExport? _export;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            _export = TelemetryExport.Start();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            _export?.Dispose();
            return Task.CompletedTask;
        }
    }
}
