using System.Net;
using System.Net.Sockets;
using System.Text;
using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Cluster.Grains;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Cluster.Silo.Tests;

/// <summary>Who has no token, a wrong certificate or too much to say is refused, once in the log, and nobody else is disturbed.</summary>
[Trait("Orleans", "either")]
public sealed class SecurityTests : IDisposable
{
    private const string Token = "0123456789abcdef-secret-token";

    private readonly Place _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task WithoutTheTokenOrWithABodyARequestIsRefusedAndLoggedOnce()
    {
        string log = await Logged(async () =>
        {
            await using OneSilo silo = await OneSilo.Start(_place, ("http.token", Token), ("log", "information"));
            for (int again = 0; again < 20; again++)
            {
                Assert.Equal(HttpStatusCode.Unauthorized, (await silo.Get("/status")).Code);
                Assert.Equal(HttpStatusCode.Unauthorized, (await silo.Get("/status", "wrong")).Code);
            }

            string bearer = $"Authorization: Bearer {Token}\r\n";
            Assert.StartsWith("HTTP/1.1 401", await Ask(silo, "POST /status HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n"), StringComparison.Ordinal);
            Assert.StartsWith("HTTP/1.1 405", await Ask(silo, $"POST /status HTTP/1.1\r\nHost: x\r\n{bearer}Content-Length: 3\r\n\r\nabc"), StringComparison.Ordinal);
            Assert.StartsWith("HTTP/1.1 413", await Ask(silo, $"GET /status HTTP/1.1\r\nHost: x\r\n{bearer}Content-Length: 99999999999\r\n\r\n"), StringComparison.Ordinal);
            Assert.StartsWith("HTTP/1.1 413", await Ask(silo, $"GET /status HTTP/1.1\r\nHost: x\r\n{bearer}Transfer-Encoding: chunked\r\n\r\nffffffff\r\n"), StringComparison.Ordinal);
            Assert.StartsWith("HTTP/1.1 431", await Ask(silo, $"GET /status HTTP/1.1\r\nHost: x\r\nX: {new string('x', 20000)}\r\n\r\n"), StringComparison.Ordinal);
            Assert.StartsWith("HTTP/1.1 414", await Ask(silo, $"GET /{new string('x', 5000)} HTTP/1.1\r\nHost: x\r\n\r\n"), StringComparison.Ordinal);

            // Nobody else is disturbed.
            Assert.Equal(HttpStatusCode.OK, (await silo.Get("/status", Token)).Code);
            await silo.Whole.Submit("tiny", Place.Experiment(), 0);
            await _place.Until("tiny-001", RunState.Finished);
        });
        Assert.Equal(1, log.Split("without the token was refused").Length - 1);
        Assert.DoesNotContain("secret-token", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoSecretIsInLogsNorInWhatIsShown()
    {
        string log = await Logged(async () =>
        {
            await using OneSilo silo = await OneSilo.Start(_place, ("http.token", Token), ("clustering.connection", "Host=x;Password=secret-password"), ("log", "debug"));
            await silo.Whole.Submit("tiny", Place.Experiment(), 0, "ann");
            await _place.Until("tiny-001", RunState.Finished);
            string status = (await silo.Get("/status", Token)).Text;
            string shown = await Place.Good("show", "tiny-001", "--runs", _place.Runs);
            Assert.Contains("owner ann", shown, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", status + shown, StringComparison.Ordinal);
        });
        Assert.True(log.Length > 1000, "nothing was logged at all");
        Assert.DoesNotContain("secret", log, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFiles(_place.Runs, "*", SearchOption.AllDirectories), file => File.ReadAllText(file).Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ABulkPeerWithAWrongCertificateIsTurnedAwayAndLoggedOnce()
    {
        TestCertificates.Write(_place, "ours");
        TestCertificates.Write(_place, "theirs");
        Lines lines = new();
        await using BulkChannel giver = new(Options("ours", "ours"), IPAddress.Loopback, lines);
        await using BulkChannel friend = new(Options("ours", "ours"), IPAddress.Loopback);
        byte[] bytes = [.. Enumerable.Range(0, 100_000).Select(each => (byte)each)];
        using BulkOffer offer = giver.Offer(bytes);
        offer.Fill(0, bytes.Length);
        foreach (string authority in (string[])["ours", "theirs"])
        {
            await using BulkChannel stranger = new(Options("theirs", authority), IPAddress.Loopback);
            for (int again = 0; again < 5; again++)
            {
                await Assert.ThrowsAsync<SiloUnavailableException>(() => stranger.Fetch(giver.Endpoint, offer.Id, 0, new byte[bytes.Length]));
            }
        }

        await using BulkChannel plain = new(new BulkOptions { SharedMemory = false, ConnectTimeout = TimeSpan.FromSeconds(5) }, IPAddress.Loopback);
        await Assert.ThrowsAsync<SiloUnavailableException>(() => plain.Fetch(giver.Endpoint, offer.Id, 0, new byte[bytes.Length]));
        byte[] into = new byte[bytes.Length];
        await friend.Fetch(giver.Endpoint, offer.Id, 0, into);
        Assert.Equal(bytes, into);
        await Place.Until(() => Task.FromResult(giver.Refused >= 11), "all strangers to be turned away");
        Assert.Single(lines.All);
        Assert.Contains("was turned away", lines.All[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task MoreConnectionsThanAllowedAreClosedAtOnce()
    {
        await using BulkChannel giver = new(new BulkOptions { MaximumConnections = 3, SharedMemory = false }, IPAddress.Loopback);
        IPEndPoint there = IPEndPoint.Parse(giver.Endpoint);
        List<TcpClient> open = [];
        for (int number = 0; number < 3; number++)
        {
            open.Add(new TcpClient());
            await open[^1].ConnectAsync(there);
        }

        await Place.Until(() => Task.FromResult(giver.Serving == 3), "three connections");
        using TcpClient one = new();
        await one.ConnectAsync(there);
        Assert.Equal(0, await Ended(one));
        Assert.Equal(1, giver.Refused);
        open.ForEach(each => each.Dispose());
        await Place.Until(() => Task.FromResult(giver.Serving == 0), "the connections to go");
    }

    [Theory]
    [InlineData("")]
    [InlineData("checkpoints")]
    [InlineData("samples")]
    public async Task ASymbolicLinkLeadsNowhere(string inside)
    {
        string elsewhere = _place.Path("elsewhere");
        await using OneSilo silo = await OneSilo.Start(_place);
        await silo.Whole.Submit("tiny", Place.Experiment(), 0);
        await _place.Until("tiny-001", RunState.Finished);
        string link = inside.Length == 0 ? _place.Run("tiny-001").Path : Path.Combine(_place.Run("tiny-001").Path, inside);
        Directory.Move(link, elsewhere);
        Directory.CreateSymbolicLink(link, elsewhere);
        foreach (Func<Task> call in new Func<Task>[]
        {
            () => silo.Whole.Run("tiny-001"), () => silo.Whole.Experiment("tiny-001"), () => silo.Whole.Requeue("tiny-001", null),
            () => silo.Grains.GetGrain<IExperimentGrain>("tiny-001").Resume(), () => silo.Grains.GetGrain<IExperimentGrain>("tiny-001").NewestCheckpoint(),
        })
        {
            Assert.Contains("a symbolic link leads out of the folder of runs", (await Assert.ThrowsAsync<InputException>(call)).Message, StringComparison.Ordinal);
        }

        Assert.Empty(await silo.Whole.Runs());
    }

    [Theory]
    [InlineData("..", "is no experiment's name")]
    [InlineData("../up", "is no experiment's name")]
    [InlineData("/etc", "is no experiment's name")]
    [InlineData("a/b", "is no experiment's name")]
    [InlineData("", "is no experiment's name")]
    [InlineData("a\n", "is no experiment's name")]
    public async Task ARunIsNamedAndOwnedWithinBounds(string name, string message)
    {
        await using OneSilo silo = await OneSilo.Start(_place);
        Assert.Contains(message, (await Assert.ThrowsAsync<InputException>(() => silo.Whole.Submit(name, Place.Experiment(), 0))).Message, StringComparison.Ordinal);
        Assert.Contains("owner", (await Assert.ThrowsAsync<InputException>(() => silo.Whole.Submit("tiny", Place.Experiment(), 0, name + "/"))).Message, StringComparison.Ordinal);
        Assert.Contains("is no run's name", (await Assert.ThrowsAsync<InputException>(() => silo.Grains.GetGrain<IExperimentGrain>(name + "/x").Start(Place.Experiment()))).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_place.Runs) && Directory.EnumerateFileSystemEntries(_place.Runs).Any());
    }

    private static async Task<string> Ask(OneSilo silo, string request)
    {
        using TcpClient client = new();
        await client.ConnectAsync(silo.Http);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
        byte[] answer = new byte[512];
        int count = await client.GetStream().ReadAsync(answer, limit.Token);
        return Encoding.ASCII.GetString(answer, 0, count);
    }

    private static async Task<int> Ended(TcpClient client)
    {
        try
        {
            return await client.GetStream().ReadAsync(new byte[1]);
        }
        catch (IOException)
        {
            return 0; // reset rather than closed
        }
    }

    private BulkOptions Options(string node, string authority)
    {
        Certificates read = Certificates.Load(TestCertificates.Options(_place, node, authority))!;
        return new BulkOptions { SharedMemory = false, Certificate = read.Mine, Authority = read.Authority, ConnectTimeout = TimeSpan.FromSeconds(20) };
    }

    /// <summary>What goes to the console meanwhile, where a silo's log goes.</summary>
    internal static async Task<string> Logged(Func<Task> work)
    {
        TextWriter console = Console.Out;
        using StringWriter log = new(System.Globalization.CultureInfo.InvariantCulture);
        Console.SetOut(TextWriter.Synchronized(log));
        try
        {
            await work();
        }
        finally
        {
            Console.SetOut(console);
        }

        return log.ToString();
    }

    private sealed class Lines : ILogger
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (All)
            {
                All.Add(formatter(state, exception));
            }
        }
    }
}
