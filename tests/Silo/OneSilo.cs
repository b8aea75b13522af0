using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Cluster.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Cluster.Silo.Tests;

/// <summary>A silo of its own in the present process, as <c>cluster silo</c> runs it.</summary>
internal sealed class OneSilo : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SiloSettings _settings;

    private OneSilo(WebApplication app, SiloSettings settings) => (_app, _settings) = (app, settings);

    public IGrainFactory Grains => _app.Services.GetRequiredService<IGrainFactory>();

    public IServiceProvider Services => _app.Services;

    public IPEndPoint Http => new(IPAddress.Loopback, _settings.Http.Port);

    public IClusterGrain Whole => Grains.GetGrain<IClusterGrain>(0);

    public static async Task<OneSilo> Start(Place place, params (string Key, string Value)[] more)
    {
        Dictionary<string, string> flags = new(StringComparer.Ordinal)
        {
            ["port"] = "0", ["gatewayPort"] = "0", ["http.port"] = "0", ["runs"] = place.Runs, ["queue.interval"] = "0.2", ["log"] = "error",
        };
        foreach ((string key, string value) in more)
        {
            flags[key] = value;
        }

        SiloSettings settings = SettingsReader.Read(null, new Dictionary<string, string>(StringComparer.Ordinal), flags);
        WebApplication app = SiloHost.Build(settings);
        await app.StartAsync();
        return new OneSilo(app, settings);
    }

    /// <summary>Asks over HTTP.</summary>
    public async Task<(HttpStatusCode Code, string Text)> Get(string path, string? token = null)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_settings.Http.Port}{path}")));
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage answer = await http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
