using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Cluster.Bench;

/// <summary>A collector on this machine, in a process of its own: takes whatever OTLP is sent to it, and says how much it was.</summary>
internal sealed class TelemetrySink : IDisposable
{
    private readonly Process _process;

    private TelemetrySink(Process process) => _process = process;

    /// <summary>Starts it, and lets this process export to it.</summary>
    /// <param name="protocol"><c>grpc</c> or <c>http/protobuf</c>.</param>
    public static async Task<TelemetrySink> Start(string protocol)
    {
        Process process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [typeof(TelemetrySink).Assembly.Location, "sink", protocol])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        })!;
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT", await process.StandardOutput.ReadLineAsync());
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL", protocol);

        // Metrics as often as traces and logs, which is twelve times as often as they go out by themselves: a short run has some of each.
        Environment.SetEnvironmentVariable("OTEL_METRIC_EXPORT_INTERVAL", Environment.GetEnvironmentVariable("OTEL_METRIC_EXPORT_INTERVAL") ?? "5000");
        return new TelemetrySink(process);
    }

    /// <summary>The sink's own process: prints its address, and takes requests until its input ends.</summary>
    public static async Task<int> Run(string protocol)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, 0, listen => listen.Protocols = protocol == "grpc" ? HttpProtocols.Http2 : HttpProtocols.Http1));
        builder.Logging.ClearProviders();
        await using WebApplication app = builder.Build();
        long requests = 0, bytes = 0;
        app.Run(async context =>
        {
            byte[] room = new byte[64 * 1024];
            for (int read; (read = await context.Request.Body.ReadAsync(room)) > 0;)
            {
                Interlocked.Add(ref bytes, read);
            }

            Interlocked.Increment(ref requests);
            if (context.Request.ContentType == "application/grpc")
            {
                context.Response.ContentType = "application/grpc";
                await context.Response.Body.WriteAsync(new byte[5]);
                context.Features.Get<IHttpResponseTrailersFeature>()!.Trailers["grpc-status"] = "0";
            }
        });
        await app.StartAsync();
        Console.WriteLine(app.Urls.Single());
        await Console.In.ReadToEndAsync();
        Console.Error.WriteLine($"sink: {requests} requests, {bytes} bytes");
        return 0;
    }

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
