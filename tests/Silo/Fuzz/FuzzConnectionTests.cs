using System.Net;
using System.Net.Sockets;
using System.Text;
using Cluster.Grains;
using Orleans.Runtime;
using static Cluster.Silo.Tests.SecurityTests;

namespace Cluster.Silo.Tests;

/// <summary>5,000 malformed requests to a silo's ports: no crash, no hang, no leak. With those of <see cref="FuzzReaderTests"/> 10,000.</summary>
[Trait("Orleans", "either")]
public sealed class FuzzConnectionTests : IDisposable
{
    private const string Token = "0123456789abcdef0123456789";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>How long an answer is waited for before the connection is dropped, where none need come.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly Place _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task MalformedRequestsLeaveTheHttpPortAsItWas()
    {
        string log = await Logged(async () =>
        {
            await using OneSilo silo = await OneSilo.Start(_place, ("http.token", Token), ("log", "information"));
            Fuzzer fuzzer = new(1);
            string[] good = [$"GET /status HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {Token}\r\nAccept: */*\r\n\r\n", "GET /health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n", "POST /status HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"];
            byte[][] requests = [.. Enumerable.Range(0, 2500).Select(each => fuzzer.Spoil(Encoding.UTF8.GetBytes(good[each % good.Length])))];
            await Send(silo.Http, requests[..100]);
            int files = Files();
            await Send(silo.Http, requests[100..]);
            await Place.Until(() => Task.FromResult(Files() <= files + 32), "the connections to be closed");
            Assert.Equal((HttpStatusCode.OK, "ready\n"), await silo.Get("/health/ready"));
            Assert.Equal(HttpStatusCode.OK, (await silo.Get("/status", Token)).Code);
        });
        Assert.InRange(log.Split("without the token was refused").Length - 1, 0, 1);
        Assert.DoesNotContain("Unhandled", log, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Token, log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 1500)]
    [InlineData(true, 1000)]
    public async Task MalformedMessagesLeaveTheBulkChannelAsItWas(bool memory, int count)
    {
        await using BulkChannel giver = new(new BulkOptions { SharedMemory = memory, ConnectTimeout = TimeSpan.FromSeconds(5) }, IPAddress.Loopback);
        byte[] bytes = [.. Enumerable.Range(0, 300_000).Select(each => (byte)(each * 7))];
        using BulkOffer offer = giver.Offer(bytes);
        offer.Fill(0, bytes.Length);
        byte[] good = new byte[BulkProtocol.HelloBytes + BulkProtocol.RequestBytes];
        BulkProtocol.WriteHello(good, memory ? BulkProtocol.SharedMemory : 0);
        new BulkRequest(offer.Id, 0, 0, bytes.Length).Write(good.AsSpan(BulkProtocol.HelloBytes));
        Fuzzer fuzzer = new(memory ? 2 : 3);
        IPEndPoint there = IPEndPoint.Parse(giver.Endpoint);

        // Half of them spoil the hello as well; the others come as far as the request.
        byte[][] messages = [.. Enumerable.Range(0, count).Select(each => each % 2 == 0
            ? fuzzer.Spoil(good)
            : (byte[])[.. good.AsSpan(0, BulkProtocol.HelloBytes), .. memory ? [(byte)fuzzer.Next(3)] : Array.Empty<byte>(), .. fuzzer.Spoil(good.AsSpan(BulkProtocol.HelloBytes))])];
        await Send(there, messages[..50], Patience);
        int files = Files();
        await Send(there, messages[50..], Patience);

        // Whoever asked for a round to come waits for it as long as there is the offer.
        offer.Dispose();
        await Place.Until(() => Task.FromResult(giver.Serving == 0), "the connections to be closed");
        Assert.InRange(Files(), 0, files + 16);
        Assert.True(giver.Refused > count / 8, $"only {giver.Refused} of {count} were turned away");

        await using BulkChannel taker = new(new BulkOptions { SharedMemory = memory }, IPAddress.Loopback);
        byte[] into = new byte[bytes.Length];
        using BulkOffer next = giver.Offer(bytes);
        next.Fill(0, bytes.Length);
        await taker.Fetch(giver.Endpoint, next.Id, 0, into).WaitAsync(Limit);
        Assert.Equal(bytes, into);
    }

    /// <summary>The other way round: a silo that fetches, and a peer that answers nonsense.</summary>
    [Fact]
    public async Task AMalformedAnswerEndsTheFetchAlone()
    {
        const int Answers = 300;
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        byte[] good = new byte[BulkProtocol.HelloBytes + BulkProtocol.HeadBytes + 64 + BulkProtocol.TailBytes];
        BulkProtocol.WriteHello(good, 0);
        BulkProtocol.WriteHead(good.AsSpan(BulkProtocol.HelloBytes), 64);
        Fuzzer fuzzer = new(4);
        byte[][] answers = [.. Enumerable.Range(0, Answers).Select(_ => fuzzer.Spoil(good))];
        Task server = Task.Run(async () =>
        {
            foreach (byte[] answer in answers)
            {
                using TcpClient peer = await listener.AcceptTcpClientAsync();
                NetworkStream stream = peer.GetStream();
                try
                {
                    await stream.WriteAsync(answer);
                    peer.Client.Shutdown(SocketShutdown.Send);
                }
                catch (Exception gone) when (gone is IOException or SocketException)
                {
                    continue;
                }

                await Rest(stream);
            }
        });
        await using BulkChannel taker = new(new BulkOptions { SharedMemory = false }, IPAddress.Loopback);
        int refused = 0;
        for (int number = 0; number < Answers; number++)
        {
            try
            {
                await taker.Fetch(listener.LocalEndpoint.ToString()!, Guid.NewGuid(), 0, new byte[64]).WaitAsync(Limit);
            }
            catch (Exception expected) when (expected is SiloUnavailableException or Contracts.StaleAttemptException)
            {
                refused++;
            }
        }

        Assert.True(refused > Answers / 2, $"{refused} of {Answers} were refused");
        listener.Stop();
        await Task.WhenAny(server, Task.Delay(Limit));
    }

    private static int Files() => Directory.GetFiles("/proc/self/fd").Length;

    /// <summary>Sends each on a connection of its own, eight at a time, and waits until the other side has ended it, or the patience.</summary>
    private static Task Send(IPEndPoint there, IEnumerable<byte[]> messages, TimeSpan? patience = null) => Parallel.ForEachAsync(messages, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (message, _) =>
    {
        using TcpClient client = new();
        await client.ConnectAsync(there, CancellationToken.None);
        NetworkStream stream = client.GetStream();
        try
        {
            await stream.WriteAsync(message, CancellationToken.None);
            client.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception refused) when (refused is IOException or SocketException)
        {
            return;
        }

        await Rest(stream, patience);
    });

    private static async Task Rest(NetworkStream stream, TimeSpan? patience = null)
    {
        using CancellationTokenSource limit = new(patience ?? Limit);
        byte[] answer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(answer, limit.Token) > 0)
            {
            }
        }
        catch (IOException)
        {
            // Reset rather than closed.
        }
        catch (OperationCanceledException) when (patience is not null)
        {
            // Hung up.
        }
    }
}
