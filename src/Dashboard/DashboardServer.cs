using System.Net;
using System.Net.Sockets;
using Cluster.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Cluster.Dashboard;

/// <summary>Serves pages on a folder of runs. It reads files alone: no silo is needed, and nothing is ever written. With a cluster it shows that too.</summary>
public sealed class DashboardServer : IAsyncDisposable
{
    private const int PortsTried = 20;

    private readonly WebApplication _app;

    private DashboardServer(WebApplication app, Uri address)
    {
        _app = app;
        Address = address;
    }

    /// <summary>Where a browser finds it.</summary>
    public Uri Address { get; }

    /// <summary>Starts serving.</summary>
    /// <exception cref="InputException">The port cannot be had, or others could reach a cluster without a token.</exception>
    public static async Task<DashboardServer> Start(DashboardOptions options)
    {
        if (options.Grains is not null && options.Token is null && !IPAddress.IsLoopback(options.Address))
        {
            throw new InputException($"a dashboard with buttons at {options.Address} can be reached from other machines and so needs a token");
        }

        for (int tried = 0; ; tried++)
        {
            int port = options.Port ?? DashboardOptions.UsualPort + tried;
            WebApplication app = Build(options, port);
            try
            {
                await app.StartAsync();
                string bound = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
                return new DashboardServer(app, new Uri(bound));
            }
            catch (Exception problem) when (problem is IOException or SocketException)
            {
                await app.DisposeAsync();
                if (options.Port is not null || tried == PortsTried - 1)
                {
                    throw new InputException($"--port {port} cannot be had on {options.Address}: {problem.Message} Name another, or 0 for any that is free");
                }
            }
        }
    }

    /// <summary>Closes all connections and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static WebApplication Build(DashboardOptions options, int port)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Listen(options.Address, port);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, Embedded>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));

        WebApplication app = builder.Build();
        app.UseDashboard(options, new Access(options.Token, TimeProvider.System));
        return app;
    }

    /// <summary>Signals belong to the process, not to a server inside it.</summary>
    private sealed class Embedded : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
