using System.Net;
using System.Net.Sockets;
using Cluster.Contracts;
using Orleans.Runtime;

namespace Cluster.Grains.Tests;

[Trait("Orleans", "either")]
public sealed class BulkChannelTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("tcp")]
    [InlineData("tls")]
    [InlineData("memory")]
    public async Task What_is_fetched_is_what_was_offered(string way)
    {
        await using BulkPair pair = new(way);
        foreach (int count in new[] { 1, 7, 8, 4096, (16 << 10) + 1, (1 << 20) - 3, 1 << 20, (3 << 20) + 5 })
        {
            byte[] bytes = BulkPair.Bytes(count), into = new byte[count];
            using BulkOffer offer = Filled(pair.Giver, bytes);
            await pair.Taker.Fetch(pair.Giver.Endpoint, offer.Id, 0, into).WaitAsync(Limit);
            Assert.True(bytes.AsSpan().SequenceEqual(into), $"{count} bytes came differently");
        }

        using BulkOffer last = Filled(pair.Giver, new byte[8]);
        await using BulkFetch fetch = await pair.Taker.Fetch(pair.Giver.Endpoint, last.Id, 0, 0, 8);
        Assert.Equal(way == "memory" && !OperatingSystem.IsLinux() ? "tcp" : way, fetch.Kind);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("memory")]
    public async Task A_consumer_sees_every_byte_once_in_whole_elements(string way)
    {
        await using BulkPair pair = new(way);
        byte[] bytes = BulkPair.Bytes((2 << 20) + 1000), into = new byte[bytes.Length];
        using BulkOffer offer = Filled(pair.Giver, bytes);
        await using BulkFetch fetch = await pair.Taker.Fetch(pair.Giver.Endpoint, offer.Id, 0, 0, bytes.Length);
        for (int done = 0; fetch.Left > 0;)
        {
            int from = done, expected = 0, size = fetch.Next;
            done += await fetch.Read((piece, at) =>
            {
                Assert.Equal(expected, at);
                Assert.True(at + piece.Length == size || piece.Length % 8 == 0);
                piece.CopyTo(into.AsSpan(from + at));
                expected += piece.Length;
            });
        }

        Assert.Equal(bytes, into);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("memory")]
    public async Task Many_transfers_at_once_do_not_mix(string way)
    {
        await using BulkPair pair = new(way);
        await Task.WhenAll(Enumerable.Range(1, 12).Select(async number =>
        {
            byte[] bytes = BulkPair.Bytes(300_000 + number), into = new byte[bytes.Length];
            using BulkOffer offer = Filled(pair.Giver, bytes);
            for (int again = 0; again < 5; again++)
            {
                await pair.Taker.Fetch(pair.Giver.Endpoint, offer.Id, 0, into).WaitAsync(Limit);
                Assert.True(bytes.AsSpan().SequenceEqual(into));
                into.AsSpan().Clear();
            }
        }));
        Assert.Equal(0, pair.Giver.Open);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("memory")]
    public async Task A_bucket_leaves_before_the_next_is_filled(string way)
    {
        await using BulkPair pair = new(way);
        byte[] bytes = BulkPair.Bytes(3 << 20), into = new byte[bytes.Length];
        using BulkOffer offer = pair.Giver.Offer(bytes);
        await using BulkFetch fetch = await pair.Taker.Fetch(pair.Giver.Endpoint, offer.Id, 0, 0, bytes.Length);
        offer.Fill(0, 1 << 20);
        Assert.Equal(1 << 20, await fetch.Read(into).WaitAsync(Limit));
        Task<int> second = fetch.Read(into.AsMemory(1 << 20));
        Assert.False(second.IsCompleted);
        offer.Fill(0, 3 << 20);
        await second.WaitAsync(Limit);
        await fetch.Read(into.AsMemory(2 << 20)).WaitAsync(Limit);
        Assert.Equal(bytes, into);
    }

    [Fact]
    public async Task A_round_waits_until_the_memory_is_filled_again()
    {
        await using BulkPair pair = new("tcp");
        byte[] bytes = [1, 1, 1, 1], into = new byte[4];
        using BulkOffer offer = Filled(pair.Giver, bytes);
        await pair.Taker.Fetch(pair.Giver.Endpoint, offer.Id, 0, into);
        Task next = pair.Taker.Fetch(pair.Giver.Endpoint, offer.Id, 1, into);
        bytes.AsSpan().Fill(2);
        Assert.False(next.IsCompleted);
        offer.Fill(1, 4);
        await next.WaitAsync(Limit);
        Assert.Equal([2, 2, 2, 2], into);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("memory")]
    public async Task An_unknown_id_is_refused_and_so_is_one_whose_offer_has_ended(string way)
    {
        await using BulkPair pair = new(way);
        byte[] into = new byte[8];
        StaleAttemptException unknown = await Assert.ThrowsAsync<StaleAttemptException>(() => pair.Taker.Fetch(pair.Giver.Endpoint, Guid.NewGuid(), 0, into).WaitAsync(Limit));
        Assert.Contains(pair.Giver.Endpoint, unknown.Message, StringComparison.Ordinal);
        BulkOffer offer = Filled(pair.Giver, new byte[8]);
        offer.Dispose();
        await Assert.ThrowsAsync<StaleAttemptException>(() => pair.Taker.Fetch(pair.Giver.Endpoint, offer.Id, 0, into).WaitAsync(Limit));
    }

    [Fact]
    public async Task More_than_was_offered_is_refused()
    {
        await using BulkPair pair = new("tcp");
        using BulkOffer offer = Filled(pair.Giver, new byte[8]);
        StaleAttemptException problem = await Assert.ThrowsAsync<StaleAttemptException>(() => pair.Taker.Fetch(pair.Giver.Endpoint, offer.Id, 0, new byte[16]).WaitAsync(Limit));
        Assert.Contains("of 8", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("memory")]
    public async Task Who_waits_for_an_offer_that_ends_or_fails_learns_of_it(string way)
    {
        await using BulkPair pair = new(way);
        BulkOffer offer = pair.Giver.Offer(new byte[8]), failing = pair.Giver.Offer(new byte[8]);
        Task ended = pair.Taker.Fetch(pair.Giver.Endpoint, offer.Id, 0, new byte[8]), failed = pair.Taker.Fetch(pair.Giver.Endpoint, failing.Id, 0, new byte[8]);
        failing.Fail(new InvalidOperationException("no gradient today"));
        Assert.Contains("no gradient today", (await Assert.ThrowsAsync<StaleAttemptException>(() => failed.WaitAsync(Limit))).Message, StringComparison.Ordinal);
        offer.Dispose();
        await Assert.ThrowsAsync<StaleAttemptException>(() => ended.WaitAsync(Limit));
        failing.Dispose();
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("memory")]
    public async Task The_loss_of_the_giver_in_the_middle_is_an_error_that_names_it(string way)
    {
        await using BulkPair pair = new(way);
        using BulkOffer offer = pair.Giver.Offer(new byte[2 << 20]);
        offer.Fill(0, 1 << 20);
        await using BulkFetch fetch = await pair.Taker.Fetch(pair.Giver.Endpoint, offer.Id, 0, 0, 2 << 20);
        await fetch.Read(new byte[1 << 20]);
        Task second = fetch.Read(new byte[1 << 20]);
        await pair.Giver.DisposeAsync();
        SiloUnavailableException lost = await Assert.ThrowsAsync<SiloUnavailableException>(() => second.WaitAsync(Limit));
        Assert.Contains(pair.Giver.Endpoint, lost.Message, StringComparison.Ordinal);
        Assert.Contains($"{1 << 20} of {2 << 20} bytes to come", lost.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SiloUnavailableException>(() => pair.Taker.Fetch(pair.Giver.Endpoint, offer.Id, 0, new byte[8]).WaitAsync(Limit));
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("memory")]
    public async Task A_cancelled_fetch_ends_and_the_next_one_works(string way)
    {
        await using BulkPair pair = new(way);
        using BulkOffer offer = pair.Giver.Offer(new byte[8]);
        using CancellationTokenSource step = new();
        Task fetch = pair.Taker.Fetch(pair.Giver.Endpoint, offer.Id, 0, new byte[8], step.Token);
        await step.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch.WaitAsync(Limit));
        offer.Fill(0, 8);
        await pair.Taker.Fetch(pair.Giver.Endpoint, offer.Id, 0, new byte[8]).WaitAsync(Limit);
    }

    [Fact]
    public async Task Damaged_bytes_are_found()
    {
        await using BulkPair pair = new("tcp");
        using BulkOffer offer = Filled(pair.Giver, BulkPair.Bytes(100_000));
        using TcpListener between = new(IPAddress.Loopback, 0);
        between.Start();
        Task passing = PassDamaged(between, IPEndPoint.Parse(pair.Giver.Endpoint));
        SiloUnavailableException damaged = await Assert.ThrowsAsync<SiloUnavailableException>(
            () => pair.Taker.Fetch(between.LocalEndpoint.ToString()!, offer.Id, 0, new byte[100_000]).WaitAsync(Limit));
        Assert.Contains("CRC-32C", damaged.Message, StringComparison.Ordinal);
        await passing.WaitAsync(Limit);
    }

    [Fact]
    public async Task A_fetch_beyond_the_limit_is_refused_before_anything_is_sent()
    {
        await using BulkChannel taker = new(new BulkOptions { MaximumBytes = 1000 }, IPAddress.Loopback);
        await using BulkPair pair = new("tcp");
        using BulkOffer offer = Filled(pair.Giver, new byte[1001]);
        InputException problem = await Assert.ThrowsAsync<InputException>(() => taker.Fetch(pair.Giver.Endpoint, offer.Id, 0, new byte[1001]));
        Assert.Contains("1001 bytes is more than the 1000", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_offer_for_one_ends_once_it_was_fetched_and_lets_its_memory_go()
    {
        await using BulkPair pair = new("tcp");
        Held held = new();
        BulkOffer offer = pair.Giver.Offer(new byte[8], held, once: true);
        offer.Fill(0, 8);
        await pair.Taker.Fetch(pair.Giver.Endpoint, offer.Id, 0, new byte[8]);
        await held.Let.WaitAsync(Limit);
        Assert.True(offer.Ended);
        Assert.Equal(0, pair.Giver.Open);
    }

    [Fact]
    public async Task Memory_stays_as_long_as_somebody_reads_it()
    {
        await using BulkPair pair = new("tcp");
        Held held = new();
        BulkOffer offer = pair.Giver.Offer(new byte[64 << 20], held);
        offer.Fill(0, offer.Bytes);
        await using (BulkFetch fetch = await pair.Taker.Fetch(pair.Giver.Endpoint, offer.Id, 0, 0, offer.Bytes))
        {
            await fetch.Read(new byte[1 << 20]);
            offer.Dispose();
            Assert.False(held.Let.IsCompleted); // the sender is held up half-way: nobody reads
        }

        await held.Let.WaitAsync(Limit);
    }

    [Fact]
    public async Task Strangers_are_let_go_and_do_no_harm()
    {
        await using BulkPair pair = new("tcp");
        using TcpClient stranger = new();
        await stranger.ConnectAsync(IPEndPoint.Parse(pair.Giver.Endpoint));
        await stranger.GetStream().WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        Assert.True(await Closed(stranger).WaitAsync(Limit));
        using BulkOffer offer = Filled(pair.Giver, new byte[8]);
        await pair.Taker.Fetch(pair.Giver.Endpoint, offer.Id, 0, new byte[8]).WaitAsync(Limit);
    }

    [Fact]
    public async Task Another_certificate_is_refused()
    {
        await using BulkPair pair = new("tls");
        using System.Security.Cryptography.X509Certificates.X509Certificate2 other = BulkPair.Certificate();
        await using BulkChannel stranger = new(new BulkOptions { Certificate = other }, IPAddress.Loopback);
        using BulkOffer offer = Filled(pair.Giver, new byte[8]);
        await Assert.ThrowsAsync<SiloUnavailableException>(() => stranger.Fetch(pair.Giver.Endpoint, offer.Id, 0, new byte[8]).WaitAsync(Limit));
    }

    /// <summary>To unmap memory that a transfer still touches would end the process, this test's too.</summary>
    [Fact]
    public async Task A_channel_may_close_in_the_middle_of_transfers()
    {
        for (int again = 0; again < 40; again++)
        {
            await using BulkPair pair = new("memory");
            byte[] bytes = new byte[8 << 20];
            BulkOffer offer = Filled(pair.Giver, bytes);
            Task[] fetches = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
            {
                try
                {
                    await pair.Taker.Fetch(pair.Giver.Endpoint, offer.Id, 0, new byte[bytes.Length]);
                }
                catch (Exception lost) when (lost is SiloUnavailableException or StaleAttemptException or ObjectDisposedException)
                {
                    // The channel closed first.
                }
            }))];
            await Task.Delay(again % 8);
            await (again % 2 == 0 ? pair.Giver : pair.Taker).DisposeAsync();
            await pair.Giver.DisposeAsync();
            await Task.WhenAll(fetches).WaitAsync(Limit);
        }
    }

    [Fact]
    public async Task Shared_memory_leaves_no_name_behind()
    {
        if (!Directory.Exists("/dev/shm"))
        {
            return;
        }

        await using BulkPair pair = new("memory");
        using BulkOffer offer = Filled(pair.Giver, new byte[8]);
        await using BulkFetch fetch = await pair.Taker.Fetch(pair.Giver.Endpoint, offer.Id, 0, 0, 8);
        Assert.Equal("memory", fetch.Kind);
        await fetch.Read(new byte[8]);
        Assert.Empty(Directory.GetFiles("/dev/shm", "cluster-*"));
    }

    [Fact]
    public async Task A_port_that_is_taken_and_options_without_sense_are_named()
    {
        await using BulkPair pair = new("tcp");
        int port = IPEndPoint.Parse(pair.Giver.Endpoint).Port;
        InputException taken = Assert.Throws<InputException>(() => new BulkChannel(new BulkOptions { Port = port }, IPAddress.Loopback));
        Assert.Contains($"127.0.0.1:{port}", taken.Message, StringComparison.Ordinal);
        ArgumentException wrong = Assert.Throws<ArgumentException>(() => new BulkOptions { Port = 70000 }.Validate());
        Assert.Contains("Port is 70000; it must be 0 to 65535", wrong.Message, StringComparison.Ordinal);
    }

    private static BulkOffer Filled(BulkChannel channel, byte[] bytes)
    {
        BulkOffer offer = channel.Offer(bytes);
        offer.Fill(0, bytes.Length);
        return offer;
    }

    /// <summary>Passes one connection on, and one bit of what comes back turned over.</summary>
    private static async Task PassDamaged(TcpListener between, IPEndPoint to)
    {
        using TcpClient near = await between.AcceptTcpClientAsync(), far = new();
        await far.ConnectAsync(to);
        Task there = near.GetStream().CopyToAsync(far.GetStream()).ContinueWith(_ => far.Close(), TaskScheduler.Default);
        byte[] buffer = new byte[4096];
        NetworkStream back = far.GetStream();
        for (long passed = 0; ; )
        {
            int read;
            try
            {
                read = await back.ReadAsync(buffer);
            }
            catch (Exception closed) when (closed is IOException or ObjectDisposedException)
            {
                break;
            }

            if (read == 0)
            {
                break;
            }

            if (passed <= 50_000 && passed + read > 50_000)
            {
                buffer[50_000 - passed] ^= 4;
            }

            passed += read;
            try
            {
                await near.GetStream().WriteAsync(buffer.AsMemory(0, read));
            }
            catch (IOException)
            {
                break;
            }
        }

        await there;
    }

    private static async Task<bool> Closed(TcpClient client)
    {
        try
        {
            return await client.GetStream().ReadAsync(new byte[1]) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private sealed class Held : IDisposable
    {
        private readonly TaskCompletionSource _let = new();

        public Task Let => _let.Task;

        public void Dispose() => _let.TrySetResult();
    }
}
