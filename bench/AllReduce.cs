using System.Diagnostics;
using System.Net;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Cluster.Grains;

namespace Cluster.Bench;

/// <summary>
/// All-reduce of float32 buffers between two processes on loopback, as a role with two replicas and two shards does it: each rank
/// owns half, adds the other's half to its own in rank order, and hands the sums out. The work and the form of the lines are
/// those of the peers' scripts.
/// </summary>
internal static class AllReduce
{
    private const int Rounds = 6;

    public static async Task<int> Measure(Flags flags)
    {
        if (flags.Text("peer") is { } peer)
        {
            await Child(flags, peer);
            return 0;
        }

        foreach (string way in flags.Text("way") is { } one and not "both" ? [one] : new[] { "tcp", "memory" })
        {
            await Parent(flags, way);
        }

        return 0;
    }

    private static async Task Parent(Flags flags, string way)
    {
        await using BulkChannel channel = new(Options(way), IPAddress.Loopback);
        Guid session = Guid.NewGuid();
        int[] sizes = Sizes(flags);
        Rank[] ranks = [.. sizes.Select((mib, index) => new Rank(channel, session, index, 0, mib))];
        using Process child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!,
        [
            .. Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? new[] { typeof(AllReduce).Assembly.Location } : [],
            "allreduce", "--way", way, "--peer", channel.Endpoint, "--session", session.ToString(), "--mib", string.Join(',', sizes),
        ])
        { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        string endpoint = await child.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the second process gave no endpoint");
        foreach (Rank rank in ranks)
        {
            double seconds = await rank.Run(endpoint);
            Dictionary<string, object> row = new()
            {
                ["ours"] = "cluster",
                ["work"] = "all-reduce",
                ["way"] = rank.Kind,
                ["ranks"] = 2,
                ["mib"] = rank.Mib,
                ["ms"] = Math.Round(seconds * 1e3, 4),
            };
            if (rank.Mib > 0)
            {
                row["gb_per_s"] = Math.Round(rank.Mib * 1048576.0 / seconds / 1e9, 3);
            }

            Console.WriteLine(JsonSerializer.Serialize(row));
        }

        child.StandardInput.Close();
        await child.WaitForExitAsync();
    }

    private static async Task Child(Flags flags, string peer)
    {
        await using BulkChannel channel = new(Options(flags.Text("way")!), IPAddress.Loopback);
        Guid session = Guid.Parse(flags.Text("session")!);
        Rank[] ranks = [.. Sizes(flags).Select((mib, index) => new Rank(channel, session, index, 1, mib))];
        Console.WriteLine(channel.Endpoint);
        foreach (Rank rank in ranks)
        {
            await rank.Run(peer);
        }

        // The last sums may still be on their way: stay until the first process has them.
        await Console.In.ReadToEndAsync();
    }

    private static BulkOptions Options(string way) => new() { SharedMemory = way == "memory" };

    private static int[] Sizes(Flags flags) => [.. (flags.Text("mib") ?? "0,1,4,16,64").Split(',').Select(int.Parse)];

    /// <summary>One side at one size.</summary>
    private sealed class Rank
    {
        private readonly BulkChannel _channel;
        private readonly Guid _session;
        private readonly int _index;
        private readonly int _rank;
        private readonly byte[] _buffer;
        private readonly int _own;
        private readonly int _ownBytes;
        private readonly BulkOffer _summand;
        private readonly BulkOffer _sums;

        public Rank(BulkChannel channel, Guid session, int index, int rank, int mib)
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
            long round = 0;
            for (int run = 0; run < Rounds; run++)
            {
                long began = Stopwatch.GetTimestamp();
                for (int i = 0; i < repeats; i++, round++)
                {
                    _summand.Fill(round, _summand.Bytes);
                    if (Mib == 0)
                    {
                        await (_rank == 0 ? Reduce(peer, round) : Gather(peer, round));
                    }
                    else
                    {
                        await Task.WhenAll(Task.Run(() => Reduce(peer, round)), Gather(peer, round));
                    }

                    if (round < 5)
                    {
                        Check(2 << (int)round);
                    }
                }

                if (run > 0)
                {
                    times.Add(Stopwatch.GetElapsedTime(began).TotalSeconds / repeats);
                }
            }

            times.Sort();
            return times[times.Count / 2];
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
}
