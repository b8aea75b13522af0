using System.Buffers;
using Cluster.Data;
using Microsoft.Extensions.DependencyInjection;

namespace Cluster.Grains.Tests.Diagnosis;

/// <summary>
/// A clock that moves by what happens and not by itself: each reading of a minibatch takes so long, each message so long, everything
/// else nothing. What a run says of its time is then decided by a test, and not by how fast the machine is.
/// </summary>
internal sealed class EventClock : TimeProvider
{
    private long _now = 1;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks);
}

/// <summary>The digits from a memory that takes its time.</summary>
internal sealed class SlowDatasets(TrainingOptions options, EventClock clock, TimeSpan reading) : Datasets(options)
{
    /// <summary>Puts the clock and the data into a silo.</summary>
    public static Action<IServiceCollection> Services(EventClock clock, TimeSpan reading) => services => services
        .AddSingleton<TimeProvider>(clock)
        .AddSingleton<Datasets>(silo => new SlowDatasets(silo.GetRequiredService<TrainingOptions>(), clock, reading));

    protected override ImageDataset Read(string name, string split)
    {
        ImageDataset data = base.Read(name, split);
        SlowMemory memory = new(data.Bytes, clock);
        ImageDataset slow = new(data.Name, data.Split, data.Channels, data.Height, data.Width, memory.Memory, data.Labels, data.MaximumValue);
        memory.Takes = reading;
        return slow;
    }

    private sealed class SlowMemory(ReadOnlyMemory<byte> bytes, EventClock clock) : MemoryManager<byte>
    {
        private readonly byte[] _bytes = bytes.ToArray();

        /// <summary>How long a look at it takes.</summary>
        public TimeSpan Takes { get; set; }

        public override Span<byte> GetSpan()
        {
            clock.Advance(Takes);
            return _bytes;
        }

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin() => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
        }
    }
}
