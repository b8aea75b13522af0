using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>
/// The piece readers of a blueprint's runs. Encoder and decoder of one replica that share a device's thread share a reader, so that each
/// minibatch is made once: both are done with one update before the next is asked for.
/// </summary>
internal sealed class PieceReaders(CoderBlueprint blueprint)
{
    private readonly Dictionary<Key, Shared> _readers = [];
    private readonly Lock _gate = new();

    /// <summary>The reader for an actor, on its device's thread.</summary>
    /// <param name="actor">An encoder or decoder.</param>
    /// <param name="device">Where it works.</param>
    public Lease Get(RunActor actor, DeviceThread device)
    {
        Key key = new(actor.Run, actor.Attempt, actor.Index, device);
        lock (_gate)
        {
            if (!_readers.TryGetValue(key, out Shared? shared))
            {
                _readers.Add(key, shared = new Shared(new PieceReader(blueprint, actor.Index, device)));
            }

            shared.Users++;
            return new Lease(this, key, shared.Reader);
        }
    }

    private void Return(Key key)
    {
        lock (_gate)
        {
            Shared shared = _readers[key];
            if (--shared.Users > 0)
            {
                return;
            }

            _readers.Remove(key);
            shared.Reader.Dispose();
        }
    }

    /// <summary>An actor's use of a reader; whoever ends its own last, on the device's thread, frees it.</summary>
    public sealed class Lease : IDisposable
    {
        private readonly PieceReaders _owner;
        private readonly Key _key;
        private bool _ended;

        internal Lease(PieceReaders owner, Key key, PieceReader reader) => (_owner, _key, Reader) = (owner, key, reader);

        /// <summary>The reader.</summary>
        public PieceReader Reader { get; }

        /// <summary>Ends the use; ending it twice does nothing.</summary>
        public void Dispose()
        {
            if (!_ended)
            {
                _ended = true;
                _owner.Return(_key);
            }
        }
    }

    internal sealed record Key(string Run, long Attempt, int Index, DeviceThread Device);

    private sealed class Shared(PieceReader reader)
    {
        public PieceReader Reader => reader;

        public int Users { get; set; }
    }
}
