using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Cluster.Contracts;
using Cluster.Grains;
using Cluster.Numerics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Cluster.Silo;

/// <summary>One node of a cluster in a process of its own: the silo, its health over HTTP, and its part in the queue of runs.</summary>
public static class SiloHost
{
    /// <summary>Runs a silo until SIGTERM or Ctrl-C, and then leaves in good order.</summary>
    /// <param name="settings">Its settings.</param>
    /// <param name="started">Told what it is once it takes calls.</param>
    /// <exception cref="InputException">A port is taken, or a setting needs what this build lacks.</exception>
    public static async Task Run(SiloSettings settings, Action<string> started)
    {
        await using WebApplication app = Build(settings);
        await app.StartAsync();
        if (!IPAddress.IsLoopback(settings.Node.IP) && !settings.Tls.IsOn)
        {
            app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Cluster").LogWarning(
                "Whoever reaches {Address} on port {Port} belongs to this cluster, and what clients say on port {GatewayPort} can be read on the way: set tls.certificate, tls.key and tls.authority, or keep these ports to a private network",
                settings.Node.IP, settings.Node.Port, settings.Node.GatewayPort);
        }

        started($"{settings.Node.Name}: silo {settings.Node.IP}:{settings.Node.Port}, clients {settings.Node.IP}:{settings.Node.GatewayPort}, http://{settings.Http.IP}:{settings.Http.Port}/status");
        await app.WaitForShutdownAsync();
    }

    /// <summary>Puts a silo together.</summary>
    /// <exception cref="InputException">A port is taken, or a setting needs what this build lacks.</exception>
    public static WebApplication Build(SiloSettings settings)
    {
        Ports(settings);
        Certificates? tls = Certificates.Load(settings.Tls);
        settings.Node.Name ??= string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}-{settings.Node.Port}");
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Cluster" });
        Log(builder, settings);
        builder.AddTelemetry();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // Nothing that is asked for here has a body: what comes is small, few and soon.
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxRequestLineSize = 4096;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.MaxRequestHeaderCount = 64;
            kestrel.Limits.MaxConcurrentConnections = 256;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
            kestrel.Listen(settings.Http.IP, settings.Http.Port);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<SiloStatusPage>();
        builder.Services.Configure<HostOptions>(host =>
        {
            host.ShutdownTimeout = TimeSpan.FromSeconds(settings.Node.Grace);
            host.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.Ignore;
        });
        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (settings.Node.Cluster, settings.Node.Cluster));
            silo.Configure<SiloOptions>(node => node.SiloName = settings.Node.Name);
            Clustering.Join(silo, settings);
            silo.AddTraining(new TrainingOptions
            {
                Runs = settings.Folders.Runs,
                Data = settings.Folders.Data,
                InCluster = true,
                Bulk = settings.Bulk.Options(tls),
                Cluster = settings.Node.Cluster,
                Queue = settings.Queue.Limits,
                Pool = settings.Node.Pool ?? "",
                PretendedCuda = settings.Devices.Pretend ? settings.Devices.Cuda : 0,
                Nccl = settings.Devices.Nccl,
                Cpus = settings.Devices.Cpus is { } cpus ? CpuSet.Parse(cpus) : null,
                DeviceMemory = settings.Devices.Memory,
            });
        });

        // Added after the silo, so stopped before it: runs are let go while all actors can still be reached.
        builder.Services.AddHostedService<SiloKeeper>();
        WebApplication app = builder.Build();
        HttpEndpoints.Map(app, settings);
        return app;
    }

    private static void Log(WebApplicationBuilder builder, SiloSettings settings)
    {
        LogLevel weight = settings.Node.Log switch
        {
            LogWeight.Debug => LogLevel.Debug,
            LogWeight.Information => LogLevel.Information,
            LogWeight.Warning => LogLevel.Warning,
            _ => LogLevel.Error,
        };
        builder.Logging.SetMinimumLevel(weight);
        if (weight > LogLevel.Debug)
        {
            // What a person acts on; at 'debug' the engine tells the rest.
            builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
            builder.Logging.AddFilter("Orleans", LogLevel.Error);
            builder.Logging.AddFilter("Polly", LogLevel.Error); // Orleans' retries
        }

        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ssZ ";
            console.ColorBehavior = Microsoft.Extensions.Logging.Console.LoggerColorBehavior.Disabled;
        });
    }

    /// <summary>Takes free ports for zeros, and refuses those that are taken before anything is started.</summary>
    private static void Ports(SiloSettings settings)
    {
        NodeOptions node = settings.Node;
        node.Port = node.Port == 0 ? Endpoints.FreePort() : node.Port;
        node.GatewayPort = node.GatewayPort == 0 ? Endpoints.FreePort() : node.GatewayPort;
        settings.Http.Port = settings.Http.Port == 0 ? Endpoints.FreePort() : settings.Http.Port;
        (string Key, IPAddress Address, int Port)[] wanted =
        [
            ("port", node.IP, node.Port), ("gatewayPort", node.IP, node.GatewayPort), ("http.port", settings.Http.IP, settings.Http.Port),
            .. settings.Bulk is { Enabled: true, Port: > 0 } bulk ? [("bulk.port", node.IP, bulk.Port)] : Array.Empty<(string, IPAddress, int)>(),
        ];
        string[] taken = [.. wanted.Where(each => !Endpoints.IsFree(each.Address, each.Port))
            .Select(each => $"{each.Key}: {each.Address}:{each.Port} cannot be listened at: another process does, or this machine has no such address; choose another, or 0 for a free one")];
        if (taken.Length > 0)
        {
            throw new InputException(string.Join("\n", taken));
        }
    }
}
