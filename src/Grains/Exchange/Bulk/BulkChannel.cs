using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Cluster.Contracts;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Cluster.Grains;

/// <summary>
/// A silo's side of all bulk transfers: the port where it hands out what it offers, and the connections over which it fetches.
/// A connection carries one transfer at a time and is kept for the next.
/// </summary>
public sealed class BulkChannel : IAsyncDisposable, IDisposable
{
    private readonly BulkOptions _options;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Guid, BulkOffer> _offers = new();
    private readonly ConcurrentDictionary<string, ConcurrentBag<BulkLink>> _idle = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<BulkServer, bool> _servers = new();
    private readonly ILogger? _logger;
    private int _disposed;
    private int _refused;

    /// <summary>Begins to listen.</summary>
    /// <param name="options">Valid ones.</param>
    /// <param name="address">Where to listen unless the options say otherwise; where that is "any", peers are told the loopback address.</param>
    /// <param name="logger">Told of the first peer that is turned away; null for nobody.</param>
    /// <exception cref="InputException">The port cannot be had.</exception>
    public BulkChannel(BulkOptions options, IPAddress address, ILogger? logger = null)
    {
        options.Validate();
        _options = options;
        _logger = logger;
        IPAddress own = options.Address ?? address;
        _listener = new Socket(own.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _listener.Bind(new IPEndPoint(own, options.Port));
            _listener.Listen();
        }
        catch (SocketException problem)
        {
            _listener.Dispose();
            throw new InputException($"cannot listen for bulk transfers on {own}:{options.Port} ({problem.Message}): choose another address or port, or port 0 for a free one");
        }

        int port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        bool any = own.Equals(IPAddress.Any) || own.Equals(IPAddress.IPv6Any);
        Endpoint = new IPEndPoint(!any ? own : address.Equals(own) ? IPAddress.Loopback : address, port).ToString();
        _ = Accept();
    }

    /// <summary>Where peers reach it.</summary>
    public string Endpoint { get; }

    /// <summary>How many offers are open: the leak test counts them.</summary>
    public int Open => _offers.Count;

    /// <summary>How many peers were turned away: they spoke another protocol, showed a wrong certificate, or were too many.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>How many connections of peers are served.</summary>
    public int Serving => _servers.Count;

    internal BulkOptions Options => _options;

    /// <summary>Offers memory, still empty, under a new id.</summary>
    /// <param name="memory">What will be fetched; up to 2 GiB.</param>
    /// <param name="owned">Disposed of when the offer has ended and nothing reads the memory any more.</param>
    /// <param name="once">Whether it ends by itself once somebody has fetched all of it.</param>
    public BulkOffer Offer(ReadOnlyMemory<byte> memory, IDisposable? owned = null, bool once = false) =>
        Offer(new Guid(RandomNumberGenerator.GetBytes(16)), memory, owned, once);

    /// <summary>Offers memory under an id that was agreed on before.</summary>
    public BulkOffer Offer(Guid id, ReadOnlyMemory<byte> memory, IDisposable? owned = null, bool once = false)
    {
        BulkOffer offer = new(this, id, memory, owned, once);
        return _offers.TryAdd(id, offer) ? offer : throw new ArgumentException($"there is an offer {id} already");
    }

    /// <summary>Begins to fetch.</summary>
    /// <param name="endpoint">Where the offer is.</param>
    /// <param name="id">Its id.</param>
    /// <param name="round">Which filling of it.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="count">How many, at most the options' maximum.</param>
    /// <param name="cancellation">Ends the attempt to connect.</param>
    /// <exception cref="SiloUnavailableException">The silo cannot be reached.</exception>
    public async ValueTask<BulkFetch> Fetch(string endpoint, Guid id, long round, long offset, int count, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        BulkRequest request = new(id, round, offset, count);
        ConcurrentBag<BulkLink> idle = _idle.GetOrAdd(endpoint, _ => []);
        while (idle.TryTake(out BulkLink? kept))
        {
            BulkFetch again = new(this, kept, endpoint, request);
            if (await again.TryBegin(cancellation))
            {
                return again;
            }

            await again.DisposeAsync();
        }

        BulkFetch fetch = new(this, await Connect(endpoint, cancellation), endpoint, request);
        if (await fetch.TryBegin(cancellation))
        {
            return fetch;
        }

        await fetch.DisposeAsync();
        throw fetch.Lost(new EndOfStreamException("the connection was closed"));
    }

    /// <summary>Fetches a whole round of an offer into memory of its size.</summary>
    /// <exception cref="SiloUnavailableException">The silo cannot be reached, or was lost on the way, or what came was damaged.</exception>
    /// <exception cref="StaleAttemptException">The silo offers no such thing any more.</exception>
    public async Task Fetch(string endpoint, Guid id, long round, Memory<byte> into, CancellationToken cancellation = default)
    {
        await using BulkFetch fetch = await Fetch(endpoint, id, round, 0, into.Length, cancellation);
        if (into.Length <= BulkProtocol.SmallBytes)
        {
            await All();
            return;
        }

        await BulkThreads.Shared.Run(All);

        async Task All()
        {
            for (int done = 0; done < into.Length;)
            {
                done += await fetch.Read(into[done..], cancellation);
            }
        }
    }

    /// <summary>Runs work that fetches bucket by bucket on the threads that move them, so that it does not change threads with each.</summary>
    public static Task Move(Func<Task> work) => BulkThreads.Shared.Run(work);

    /// <summary>Stops to listen and closes all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync();
        _listener.Dispose();
        foreach (BulkServer server in _servers.Keys)
        {
            await server.DisposeAsync();
        }

        foreach (ConcurrentBag<BulkLink> idle in _idle.Values)
        {
            while (idle.TryTake(out BulkLink? link))
            {
                await link.DisposeAsync();
            }
        }
    }

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    internal BulkOffer? Find(Guid id) => _offers.GetValueOrDefault(id);

    internal void Withdraw(BulkOffer offer) => _offers.TryRemove(new KeyValuePair<Guid, BulkOffer>(offer.Id, offer));

    /// <summary>Keeps a link for the next transfer.</summary>
    internal async ValueTask Keep(string endpoint, BulkLink link)
    {
        _idle.GetOrAdd(endpoint, _ => []).Add(link);
        if (Volatile.Read(ref _disposed) != 0)
        {
            await link.DisposeAsync();
        }
    }

    /// <summary>A peer was turned away. The first is logged: somebody who tries must not fill the disk.</summary>
    internal void Refuse(EndPoint? peer, string why)
    {
        if (Interlocked.Increment(ref _refused) == 1)
        {
            _logger?.LogWarning("A bulk connection from {Peer} was turned away: {Why}; further ones are not logged", peer, why);
        }
    }

    internal void Forget(BulkServer server) => _servers.TryRemove(server, out _);

    /// <summary>Who is on the other side; null where that has gone already.</summary>
    internal static EndPoint? Peer(Socket socket)
    {
        try
        {
            return socket.RemoteEndPoint;
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }

    private async Task<BulkLink> Connect(string endpoint, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stop.Token);
        limit.CancelAfter(_options.ConnectTimeout);
        IPEndPoint there = IPEndPoint.Parse(endpoint);
        Socket socket = new(there.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            return await BulkHandshake.Connect(socket, there, _options, limit.Token);
        }
        catch (Exception problem)
        {
            socket.Dispose();
            cancellation.ThrowIfCancellationRequested();
            string why = problem is OperationCanceledException ? $"no answer within {_options.ConnectTimeout.TotalSeconds} s" : problem.Message;
            throw new SiloUnavailableException($"no bulk connection to {endpoint}: {why}", problem);
        }
    }

    private async Task Accept()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync(_stop.Token);
            }
            catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // One connection that failed at birth, or no descriptor left: the next may do better.
                await Task.Delay(10, CancellationToken.None);
                continue;
            }

            if (_servers.Count >= _options.MaximumConnections)
            {
                Refuse(Peer(socket), $"{_options.MaximumConnections} connections are served at a time");
                socket.Dispose();
                continue;
            }

            BulkServer server = new(this, socket);
            _servers[server] = true;
            _ = Task.Run(() => server.Serve(_stop.Token));
        }
    }
}
