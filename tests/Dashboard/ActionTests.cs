using System.Net;
using System.Net.Http.Headers;
using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Dashboard.Tests;

/// <summary>Who may do something to a run, and what comes of it.</summary>
[Collection("silos")]
public sealed class ActionTests : IDisposable
{
    private const string Token = "0123456789abcdef0123456789";

    private readonly RunsRoot _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public async Task ARequestNeedsTheTokenAndTheHeaderAndTheSameOrigin()
    {
        await using LiveCluster cluster = await LiveCluster.Start(1, _runs);
        _runs.Add("a-001", RunState.Paused);
        await using DashboardServer server = await cluster.Serve(Token);
        string origin = server.Address.GetLeftPart(UriPartial.Authority);
        string ticket = System.Text.Json.JsonDocument.Parse(await (await Ask(server, HttpMethod.Get, "/api/access", Token)).Content.ReadAsStringAsync()).RootElement.GetProperty("ticket").GetString()!;

        // Reading: the token or a ticket; pages tell nothing and are open.
        Assert.Equal(HttpStatusCode.OK, (await Ask(server, HttpMethod.Get, "/runs/a-001")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Ask(server, HttpMethod.Get, "/api/access")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Ask(server, HttpMethod.Get, "/api/runs")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Ask(server, HttpMethod.Get, "/api/runs/a-001/live")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Ask(server, HttpMethod.Get, "/api/runs", Token + "x")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Ask(server, HttpMethod.Get, "/api/runs", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Ask(server, HttpMethod.Get, "/api/runs?ticket=" + ticket)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Ask(server, HttpMethod.Get, "/api/runs?ticket=9" + ticket)).StatusCode);

        // Acting: the token itself, the header, no other site.
        const string Resume = "/api/runs/a-001/resume";
        Assert.Equal(HttpStatusCode.Unauthorized, (await Ask(server, HttpMethod.Post, Resume, header: true)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Ask(server, HttpMethod.Post, Resume + "?ticket=" + ticket, header: true)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await Ask(server, HttpMethod.Post, Resume, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await Ask(server, HttpMethod.Post, Resume, Token, header: true, origin: "https://evil.example")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await Ask(server, HttpMethod.Post, Resume, Token, header: true, origin: "null")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Ask(server, HttpMethod.Post, "/api/runs/none-001/pause", Token, header: true, origin: origin)).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await Ask(server, HttpMethod.Get, Resume, Token, header: true)).StatusCode);
        Assert.Equal(RunState.Paused, RunStateFile.Read(cluster.Folder("a-001"))!.State);

        // What the cluster cannot do, it says.
        HttpResponseMessage refused = await Ask(server, HttpMethod.Post, "/api/runs/a-001/sample", Token, header: true, origin: origin);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Equal("run a-001 has no sound checkpoint: it has not reached its first checkpoint", await Text(refused));

        // This one has a checkpoint, and an experiment file of which no model can be made.
        RunsRoot.Checkpoint(new RunFolder(_runs.Path, "a-001"), 1);
        refused = await Ask(server, HttpMethod.Post, "/api/runs/a-001/sample", Token, header: true);
        Assert.Equal(HttpStatusCode.InternalServerError, refused.StatusCode);
        Assert.DoesNotContain("   at ", await Text(refused), StringComparison.Ordinal);
        Assert.NotEmpty(await Text(refused));
        Assert.Equal(HttpStatusCode.BadRequest, (await Ask(server, HttpMethod.Post, "/api/runs/a-001/sample?rows=0", Token, header: true)).StatusCode);
    }

    [Fact]
    public async Task WithoutATokenThisMachineAloneMayActAndStillNeedsTheHeader()
    {
        await using LiveCluster cluster = await LiveCluster.Start(1, _runs);
        await cluster.Train("a-001");
        await using DashboardServer server = await cluster.Serve();
        Assert.Equal(HttpStatusCode.Forbidden, (await Ask(server, HttpMethod.Post, "/api/runs/a-001/cancel")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Ask(server, HttpMethod.Post, "/api/runs/a-001/cancel", header: true)).StatusCode);
        IExperimentGrain run = cluster.Grains.GetGrain<IExperimentGrain>("a-001");
        while ((await run.Status()).State != RunState.Cancelled)
        {
            await Task.Delay(20);
        }

        InputException problem = await Assert.ThrowsAsync<InputException>(async () => await DashboardServer.Start(new DashboardOptions
        {
            Runs = _runs.Path, Grains = cluster.Grains, Address = IPAddress.Any, Port = 0,
        }));
        Assert.Equal("a dashboard with buttons at 0.0.0.0 can be reached from other machines and so needs a token", problem.Message);
    }

    [Fact]
    public void ATicketEndsByItselfAndBelongsToItsToken()
    {
        Clock clock = new();
        Access access = new(Token, clock);
        string ticket = access.Ticket();
        Assert.True(access.MayRead(Request("?ticket=" + ticket)));
        Assert.True(new Access(Token, clock).MayRead(Request("?ticket=" + ticket)));
        Assert.False(access.HasToken(Request("?ticket=" + ticket)));
        Assert.False(new Access(Token + "x", clock).MayRead(Request("?ticket=" + ticket)));
        Assert.False(access.MayRead(Request("?ticket=1" + ticket)));
        Assert.False(access.MayRead(Request("?ticket=")));
        clock.Now += TimeSpan.FromHours(13);
        Assert.False(access.MayRead(Request("?ticket=" + ticket)));
    }

    private static Microsoft.AspNetCore.Http.HttpRequest Request(string query)
    {
        Microsoft.AspNetCore.Http.DefaultHttpContext context = new();
        context.Request.Method = "GET";
        context.Request.QueryString = new Microsoft.AspNetCore.Http.QueryString(query);
        return context.Request;
    }

    private static async Task<HttpResponseMessage> Ask(
        DashboardServer server, HttpMethod method, string path, string? token = null, bool header = false, string? origin = null)
    {
        using HttpClient http = new() { BaseAddress = server.Address };
        using HttpRequestMessage request = new(method, path);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        if (header)
        {
            request.Headers.Add("X-Cluster-Request", "1");
        }

        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static Task<string> Text(HttpResponseMessage answer) => answer.Content.ReadAsStringAsync();

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
