using System.Reflection;
using System.Runtime.InteropServices;
using OpenTelemetry.Resources;

namespace Cluster.Silo;

/// <summary>
/// What a silo says of itself with all that it sends, by OpenTelemetry's semantic conventions for resources. What
/// <c>OTEL_SERVICE_NAME</c> and <c>OTEL_RESOURCE_ATTRIBUTES</c> say comes last and counts.
/// </summary>
internal static class TelemetryResource
{
    public static ResourceBuilder Build()
    {
        string version = typeof(TelemetryResource).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
        return ResourceBuilder.CreateDefault()
            .AddService("cluster", serviceVersion: version, serviceInstanceId: $"{Environment.MachineName}:{Environment.ProcessId}")
            .AddAttributes(
            [
                new("host.name", Environment.MachineName),
                new("host.arch", RuntimeInformation.OSArchitecture is Architecture.X64 ? "amd64" : RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()),
                new("os.type", OperatingSystem.IsLinux() ? "linux" : OperatingSystem.IsMacOS() ? "darwin" : "windows"),
                new("process.pid", Environment.ProcessId),
                new("process.runtime.name", ".NET"),
                new("process.runtime.version", Environment.Version.ToString()),
            ])
            .AddEnvironmentVariableDetector();
    }
}
