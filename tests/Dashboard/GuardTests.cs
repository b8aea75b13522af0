using System.Net;
using System.Net.Sockets;
using System.Text;
using Cluster.Contracts.Runs;

namespace Cluster.Dashboard.Tests;

public sealed class GuardTests : IDisposable
{
    private const string Secret = "nobody may read this";

    private readonly RunsRoot _runs = new();

    public GuardTests()
    {
        RunFolder run = _runs.Add("a");
        RunsRoot.Sample(run, 1);
        File.WriteAllText(Path.Combine(_runs.Base, "secret.png"), Secret);
        File.WriteAllText(Path.Combine(_runs.Base, "experiment.yaml"), Secret);
    }

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData("/api/runs/..")]
    [InlineData("/api/runs/%2e%2e")]
    [InlineData("/api/runs/..%2f")]
    [InlineData("/api/runs/../experiment.yaml")]
    [InlineData("/api/runs/%2e%2e/experiment.yaml")]
    [InlineData("/api/runs/a%2f..%2f..%2f/experiment.yaml")]
    [InlineData("/api/runs/a/samples/..%2f..%2f..%2fsecret")]
    [InlineData("/api/runs/a/evaluation/1/..%2f..%2f..%2f..%2fsecret")]
    [InlineData("/api/runs/a/evaluation/1/../../../../secret")]
    [InlineData("/api/runs/a/checkpoints/..%2f../check")]
    [InlineData("/api/curves?run=..&metric=loss")]
    [InlineData("/api/curves?run=a/../..&metric=loss")]
    [InlineData("/assets/../secret.png")]
    [InlineData("/assets/..%2f..%2fsecret.png")]
    [InlineData("/assets/%2fetc%2fpasswd")]
    [InlineData("/../../../../etc/passwd")]
    public async Task NoPathLeavesTheFolderOfRuns(string path)
    {
        await using Served served = await Served.Start(_runs);
        string answer = await Raw(served, $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 404", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LinksInARunLeadNowhere()
    {
        RunFolder run = new(_runs.Path, "a");
        string secret = Path.Combine(_runs.Base, "secret.png");
        File.CreateSymbolicLink(Path.Combine(run.Samples, "step-000002.png"), secret);
        Directory.CreateDirectory(run.Evaluation);
        Directory.CreateSymbolicLink(Path.Combine(run.Evaluation, "step-000001"), _runs.Base);
        File.Delete(run.Experiment);
        File.CreateSymbolicLink(run.Experiment, Path.Combine(_runs.Base, "experiment.yaml"));
        await using Served served = await Served.Start(_runs);
        Assert.Equal(HttpStatusCode.OK, await served.Status("/api/runs/a/samples/1"));
        Assert.Equal(HttpStatusCode.NotFound, await served.Status("/api/runs/a/samples/2"));
        Assert.Equal(HttpStatusCode.NotFound, await served.Status("/api/runs/a/evaluation/1/secret"));
        Assert.DoesNotContain(Secret, await served.Http.GetStringAsync("/api/runs/a"), StringComparison.Ordinal);
        string report = await served.Http.GetStringAsync("/api/runs/a/report.html");
        Assert.DoesNotContain(Secret, report, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)), report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARunsFolderThatIsALinkItselfIsItsOwnersChoice()
    {
        Directory.CreateSymbolicLink(Path.Combine(_runs.Path, "linked"), Path.Combine(_runs.Path, "a"));
        await using Served served = await Served.Start(_runs);
        Assert.Equal(HttpStatusCode.OK, await served.Status("/api/runs/linked/samples/1"));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/runs/a")]
    [InlineData("/api/runs")]
    [InlineData("/assets/run.js")]
    [InlineData("/none")]
    public async Task EveryAnswerForbidsWhatComesFromElsewhere(string path)
    {
        await using Served served = await Served.Start(_runs);
        using HttpResponseMessage answer = await served.Http.GetAsync(path);
        string policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Cross-Origin-Resource-Policy")));
        Assert.False(answer.Headers.Contains("Server"));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task ASiteWhoseNameResolvesToThisMachineIsTurnedAway()
    {
        await using Served served = await Served.Start(_runs);
        Assert.StartsWith("HTTP/1.1 421", await Raw(served, "GET /api/runs HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await Raw(served, "GET /api/runs HTTP/1.1\r\nHost: localhost:1234\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cross-site", HttpStatusCode.Forbidden)]
    [InlineData("same-site", HttpStatusCode.Forbidden)]
    [InlineData("same-origin", HttpStatusCode.OK)]
    [InlineData("none", HttpStatusCode.OK)]
    public async Task OtherSitesMayNotRead(string site, HttpStatusCode status)
    {
        await using Served served = await Served.Start(_runs);
        using HttpRequestMessage request = new(HttpMethod.Get, "/api/runs");
        request.Headers.Add("Sec-Fetch-Site", site);
        using HttpResponseMessage answer = await served.Http.SendAsync(request);
        Assert.Equal(status, answer.StatusCode);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task NothingCanBeChanged(string method)
    {
        await using Served served = await Served.Start(_runs);
        using HttpResponseMessage answer = await served.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/api/runs/a"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
    }

    [Fact]
    public async Task OnlyThisMachineReachesIt()
    {
        await using Served served = await Served.Start(_runs);
        Assert.Equal("127.0.0.1", served.Address.Host);
    }

    /// <summary>A request as it stands: a client of the library would tidy the path up first.</summary>
    private static async Task<string> Raw(Served served, string request)
    {
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, served.Address.Port);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using StreamReader reader = new(stream);
        return await reader.ReadToEndAsync();
    }
}
