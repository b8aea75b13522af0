using System.Net;
using System.Text.Json;

namespace Cluster.Dashboard.Tests;

/// <summary>A dashboard on a free port over a temporary folder of runs, and a client of it.</summary>
internal sealed class Served : IAsyncDisposable
{
    private readonly DashboardServer _server;

    private Served(DashboardServer server, HttpClient http)
    {
        _server = server;
        Http = http;
    }

    public HttpClient Http { get; }

    public Uri Address => _server.Address;

    public static async Task<Served> Start(RunsRoot runs)
    {
        DashboardServer server = await DashboardServer.Start(
            new DashboardOptions { Runs = runs.Path, Port = 0, Poll = TimeSpan.FromMilliseconds(20) });
        return new Served(server, new HttpClient { BaseAddress = server.Address, Timeout = TimeSpan.FromMinutes(1) });
    }

    /// <summary>An answer's JSON.</summary>
    public async Task<JsonElement> Get(string path)
    {
        using HttpResponseMessage answer = await Http.GetAsync(path);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode}\n{text}");
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    /// <summary>Only the status.</summary>
    public async Task<HttpStatusCode> Status(string path)
    {
        using HttpResponseMessage answer = await Http.GetAsync(path);
        return answer.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _server.DisposeAsync();
    }
}
