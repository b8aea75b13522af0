using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Cluster.Grains;

/// <summary>The metrics of a silo. Recording costs nothing where nobody listens.</summary>
internal sealed class TrainingMeter : IDisposable
{
    private readonly Meter _meter = new(TelemetryNames.Source);
    private readonly ConcurrentDictionary<(string Run, string Signal), double> _signals = new();
    private readonly Histogram<double> _stepDuration;
    private readonly Counter<long> _steps;
    private readonly Counter<long> _samples;
    private readonly Counter<long> _recoveries;
    private readonly Counter<long> _exchanged;
    private readonly Histogram<double> _exchangeDuration;
    private readonly Histogram<double> _checkpointDuration;
    private readonly Counter<long> _checkpointBytes;

    public TrainingMeter(DevicePool devices)
    {
        _stepDuration = _meter.CreateHistogram<double>("cluster.step.duration", "s", "Time between the ends of two workflow steps");
        _steps = _meter.CreateCounter<long>("cluster.steps", "{step}", "Workflow steps completed");
        _samples = _meter.CreateCounter<long>("cluster.samples", "{sample}", "Examples that completed steps have seen");
        _recoveries = _meter.CreateCounter<long>("cluster.recoveries", "{recovery}", "Times that a run went back to a checkpoint");
        _exchanged = _meter.CreateCounter<long>("cluster.exchange.bytes", "By", "Gradients and values exchanged between actors and shards, within a silo too");
        _exchangeDuration = _meter.CreateHistogram<double>("cluster.exchange.duration", "s", "From a gradient's sending until its actor may go on");
        _checkpointDuration = _meter.CreateHistogram<double>("cluster.checkpoint.duration", "s", "Writing of a checkpoint's files, beside the training");
        _checkpointBytes = _meter.CreateCounter<long>("cluster.checkpoint.bytes", "By", "Bytes of checkpoints written");
        _meter.CreateObservableGauge("cluster.signal", Signals, unit: null, "A run's newest figures: losses, scores, rates, by name");
        _meter.CreateObservableCounter("cluster.device.busy", () => devices.All.Select(device => Of(device.Busy.TotalSeconds, device)), "s", "Time that a device's thread has spent in work");
        _meter.CreateObservableGauge("cluster.device.queue", () => devices.All.Select(device => Of(device.Queued, device)), "{item}", "Work that waits for a device's thread");
    }

    /// <summary>Tells of a completed step.</summary>
    public void Step(string run, double seconds, long samples, IReadOnlyDictionary<string, double> figures)
    {
        KeyValuePair<string, object?> tag = new(TelemetryNames.Run, run);
        if (seconds >= 0)
        {
            _stepDuration.Record(seconds, tag);
        }

        _steps.Add(1, tag);
        _samples.Add(samples, tag);
        foreach ((string name, double value) in figures)
        {
            _signals[(run, name)] = value;
        }
    }

    /// <summary>Tells that a run goes back to a checkpoint.</summary>
    public void Recovery(string run) => _recoveries.Add(1, new KeyValuePair<string, object?>(TelemetryNames.Run, run));

    /// <summary>Tells of one exchange.</summary>
    public void Exchange(RunActor actor, string role, long bytes, double seconds)
    {
        TagList tags = new() { { TelemetryNames.Run, actor.Run }, { TelemetryNames.Role, role }, { TelemetryNames.Index, actor.Index } };
        _exchanged.Add(bytes, tags);
        _exchangeDuration.Record(seconds, tags);
    }

    /// <summary>Tells of a checkpoint that was written.</summary>
    public void Checkpoint(string run, long bytes, double seconds)
    {
        KeyValuePair<string, object?> tag = new(TelemetryNames.Run, run);
        _checkpointBytes.Add(bytes, tag);
        _checkpointDuration.Record(seconds, tag);
    }

    /// <summary>Forgets the figures of a run that has ended here.</summary>
    public void Forget(string run)
    {
        foreach ((string Run, string Signal) key in _signals.Keys.Where(key => key.Run == run))
        {
            _signals.TryRemove(key, out _);
        }
    }

    public void Dispose() => _meter.Dispose();

    private static Measurement<T> Of<T>(T value, Numerics.DeviceThread device) where T : struct =>
        new(value, new KeyValuePair<string, object?>(TelemetryNames.Device, device.Name));

    private IEnumerable<Measurement<double>> Signals() => _signals.Select(each => new Measurement<double>(
        each.Value, new KeyValuePair<string, object?>(TelemetryNames.Run, each.Key.Run), new KeyValuePair<string, object?>(TelemetryNames.Signal, each.Key.Signal)));
}
