using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Cluster.Grains;

/// <summary>The metrics of a silo. Recording costs nothing where nobody listens.</summary>
internal sealed class TrainingMeter : IDisposable
{
    private readonly Meter _meter = new(TelemetryNames.Source);
    private readonly ConcurrentDictionary<(string Run, string Name), double> _signals = new();
    private readonly ConcurrentDictionary<(string Run, string Name), bool> _findings = new();
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
        _meter.CreateObservableGauge("cluster.signal", () => Gauge(_signals, TelemetryNames.Signal, value => value), unit: null, "A run's newest figures by the names that metrics.jsonl has: losses, scores and the signals below");
        _meter.CreateObservableGauge("cluster.diagnosis", () => Gauge(_findings, TelemetryNames.Diagnosis, there => there ? 1 : 0), unit: null, "1 while a rule finds a fault in a run, 0 when it is over");
        _meter.CreateObservableCounter("cluster.device.busy", () => devices.All.Select(device => Of(device.Busy.TotalSeconds, device)), "s", "Time that a device's thread has spent in work");
        _meter.CreateObservableGauge("cluster.device.queue", () => devices.All.Select(device => Of(device.Queued, device)), "{item}", "Work that waits for a device's thread");
    }

    /// <summary>Tells of a completed step.</summary>
    public void Step(string run, double seconds, long samples)
    {
        KeyValuePair<string, object?> tag = new(TelemetryNames.Run, run);
        if (seconds >= 0)
        {
            _stepDuration.Record(seconds, tag);
        }

        _steps.Add(1, tag);
        _samples.Add(samples, tag);
    }

    /// <summary>Tells the figures of a row.</summary>
    public void Signals(string run, IReadOnlyDictionary<string, double> figures)
    {
        foreach ((string name, double value) in figures)
        {
            _signals[(run, name)] = value;
        }
    }

    /// <summary>Tells that a rule has found a fault, or that it is over.</summary>
    public void Diagnosis(string run, string rule, bool fault) => _findings[(run, rule)] = fault;

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

    /// <summary>Forgets the figures and findings of a run that has ended here.</summary>
    public void Forget(string run)
    {
        Forget(_signals, run);
        Forget(_findings, run);
    }

    public void Dispose() => _meter.Dispose();

    private static void Forget<T>(ConcurrentDictionary<(string Run, string Name), T> values, string run)
    {
        foreach ((string Run, string Name) key in values.Keys.Where(key => key.Run == run))
        {
            values.TryRemove(key, out _);
        }
    }

    private static Measurement<T> Of<T>(T value, Numerics.DeviceThread device) where T : struct =>
        new(value, new KeyValuePair<string, object?>(TelemetryNames.Device, device.Name));

    private static IEnumerable<Measurement<double>> Gauge<T>(ConcurrentDictionary<(string Run, string Name), T> values, string tag, Func<T, double> value) =>
        values.Select(each => new Measurement<double>(
            value(each.Value), new KeyValuePair<string, object?>(TelemetryNames.Run, each.Key.Run), new KeyValuePair<string, object?>(tag, each.Key.Name)));
}
