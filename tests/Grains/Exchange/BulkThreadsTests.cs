using System.Buffers;

namespace Cluster.Grains.Tests;

/// <summary>Messages keep the pool's threads while bytes are moved.</summary>
[Trait("Orleans", "either")]
public sealed class BulkThreadsTests
{
    [Theory]
    [InlineData("tcp")]
    [InlineData("memory")]
    public async Task Bytes_are_moved_on_no_thread_of_the_pool(string way)
    {
        await using BulkPair pair = new(way);
        SeenMemory memory = new((3 << 20) + 8);
        using BulkOffer offer = pair.Giver.Offer(memory.Memory);
        offer.Fill(0, offer.Bytes);
        memory.OnPool = 0; // what was seen so far were the test's own looks
        int taken = 0, onPool = 0;
        await using BulkFetch fetch = await pair.Taker.Fetch(pair.Giver.Endpoint, offer.Id, 0, 0, offer.Bytes);
        while (fetch.Left > BulkProtocol.SmallBytes)
        {
            await fetch.Read((piece, _) =>
            {
                taken += piece.Length;
                onPool += Thread.CurrentThread.IsThreadPoolThread ? 1 : 0;
            });
        }

        await fetch.Read(new byte[fetch.Left]);
        Assert.Equal(3 << 20, taken);
        Assert.Equal(0, onPool);
        Assert.Equal(0, memory.OnPool);
        Assert.NotEqual(0, memory.Seen);
    }

    [Fact]
    public void Linux_from_6_12_on_gives_a_thread_the_slice_it_asks_for_and_its_children_the_usual_one()
    {
        bool? given = null;
        TimeSpan child = TimeSpan.Zero;
        OnThread(() =>
        {
            given = TimeSlice.Ask(TimeSlice.Longest);
            OnThread(() => child = TimeSlice.Mine);
        });
        Assert.Equal(OperatingSystem.IsLinux() && Environment.OSVersion.Version >= new Version(6, 12), given);
        Assert.NotEqual(TimeSlice.Longest, child);

        static void OnThread(ThreadStart what)
        {
            Thread thread = new(what);
            thread.Start();
            thread.Join();
        }
    }

    /// <summary>Memory that counts who looks at it.</summary>
    private sealed class SeenMemory(int bytes) : MemoryManager<byte>
    {
        private readonly byte[] _bytes = GC.AllocateArray<byte>(bytes, pinned: true);

        public int OnPool;

        public int Seen;

        public override Span<byte> GetSpan()
        {
            Look();
            return _bytes;
        }

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            Look();
            return _bytes.AsMemory(elementIndex).Pin();
        }

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }

        private void Look()
        {
            Interlocked.Increment(ref Seen);
            Interlocked.Add(ref OnPool, Thread.CurrentThread.IsThreadPoolThread ? 1 : 0);
        }
    }
}
