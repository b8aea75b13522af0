using System.Diagnostics.Metrics;

namespace Cluster.Grains.Tests;

/// <summary>Listens to the counter of bytes that were fetched.</summary>
internal sealed class CountedBytes : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, long> _bytes = [];

    public CountedBytes(string counter = ExchangeMetrics.BytesName)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == counter)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, bytes, tags, _) =>
        {
            lock (_bytes)
            {
                string way = (string)tags[0].Value!; // the first tag
                _bytes[way] = _bytes.GetValueOrDefault(way) + bytes;
            }
        });
        _listener.Start();
    }

    public long Total
    {
        get
        {
            lock (_bytes)
            {
                return _bytes.Values.Sum();
            }
        }
    }

    public long By(string way)
    {
        lock (_bytes)
        {
            return _bytes.GetValueOrDefault(way);
        }
    }

    public void Dispose() => _listener.Dispose();
}
