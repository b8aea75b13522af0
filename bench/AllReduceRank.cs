using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using Cluster.Grains;

namespace Cluster.Bench;

/// <summary>
/// One of two sides of an all-reduce over the bulk channel at one size: it owns half, adds the other's half to its own in rank order,
/// and hands the sums out.
/// </summary>
internal sealed class AllReduceRank
{
    /// <summary>Rounds that count, and those before them, in which .NET compiles what repeats.</summary>
    private const int Rounds = 5, WarmRounds = 8;

    private readonly BulkChannel _channel;
    private readonly Guid _session;
    private readonly int _index;
    private readonly int _rank;
    private readonly byte[] _buffer;
    private readonly int _own;
    private readonly int _ownBytes;
    private readonly BulkOffer _summand;
    private readonly BulkOffer _sums;
    private long _round;

    public AllReduceRank(BulkChannel channel, Guid session, int index, int rank, int mib)
    {
        (_channel, _session, _index, _rank, Mib) = (channel, session, index, rank, mib);
        int elements = mib == 0 ? 1 : mib << 18, half = (elements + 1) / 2 * sizeof(float);
        _buffer = GC.AllocateArray<byte>(elements * sizeof(float), pinned: true);
        MemoryMarshal.Cast<byte, float>(_buffer.AsSpan()).Fill(1);
        (_own, _ownBytes) = rank == 0 ? (0, half) : (half, _buffer.Length - half);
        _summand = channel.Offer(Id(rank, 0), rank == 0 ? _buffer.AsMemory(half) : _buffer.AsMemory(0, half));
        _sums = channel.Offer(Id(rank, 1), _buffer.AsMemory(_own, _ownBytes));
    }

    public int Mib { get; }

    public string Kind { get; private set; } = "";

    /// <summary>Median seconds of one all-reduce.</summary>
    public async Task<double> Run(string peer)
    {
        int repeats = Mib switch { 0 => 2000, 1 => 200, 4 => 80, 16 => 24, _ => 8 };
        List<double> times = [];
        for (int run = 0; run < WarmRounds + Rounds; run++)
        {
            double seconds = await Repeat(peer, repeats);
            if (run >= WarmRounds)
            {
                times.Add(seconds / repeats);
            }
        }

        times.Sort();
        return times[times.Count / 2];
    }

    /// <summary>Some all-reduces, one right behind the other; the other side must do as many.</summary>
    /// <returns>Seconds that all of them took.</returns>
    public async Task<double> Repeat(string peer, int repeats)
    {
        long began = Stopwatch.GetTimestamp();
        await BulkChannel.Move(async () =>
        {
            for (int i = 0; i < repeats; i++, _round++)
            {
                await Once(peer);
            }
        });
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private async Task Once(string peer)
    {
        _summand.Fill(_round, _summand.Bytes);
        if (Mib == 0)
        {
            await (_rank == 0 ? Reduce(peer, _round) : Gather(peer, _round));
        }
        else
        {
            await Task.WhenAll(Reduce(peer, _round), Gather(peer, _round));
        }

        if (_round < 5)
        {
            Check(2 << (int)_round);
        }
    }

    private void Check(float expected)
    {
        if (MemoryMarshal.Cast<byte, float>(_buffer.AsSpan()).ContainsAnyExcept(expected))
        {
            throw new InvalidOperationException($"a sum of {Mib} MiB is not {expected} everywhere");
        }
    }

    private async Task Reduce(string peer, long round)
    {
        await using BulkFetch fetch = await _channel.Fetch(peer, Id(1 - _rank, 0), round, 0, _ownBytes);
        Kind = fetch.Kind;
        for (int done = 0; fetch.Left > 0;)
        {
            int at = done;
            done += await fetch.Read((piece, offset) => Add(piece, _buffer.AsSpan(_own + at + offset, piece.Length)));
            _sums.Fill(round, done);
        }
    }

    private Task Gather(string peer, long round) => _channel.Fetch(
        peer, Id(1 - _rank, 1), round, _rank == 0 ? _buffer.AsMemory(_ownBytes) : _buffer.AsMemory(0, _own));

    private Guid Id(int rank, int which)
    {
        byte[] bytes = _session.ToByteArray();
        bytes[0] ^= (byte)((_index * 4) + (rank * 2) + which);
        return new Guid(bytes);
    }

    private static void Add(ReadOnlySpan<byte> piece, Span<byte> into)
    {
        ReadOnlySpan<float> summand = MemoryMarshal.Cast<byte, float>(piece);
        Span<float> sum = MemoryMarshal.Cast<byte, float>(into);
        int i = 0;
        for (; i <= sum.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            (new Vector<float>(sum[i..]) + new Vector<float>(summand[i..])).CopyTo(sum[i..]);
        }

        for (; i < sum.Length; i++)
        {
            sum[i] += summand[i];
        }
    }
}
