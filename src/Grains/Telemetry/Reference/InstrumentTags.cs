namespace Cluster.Grains;

/// <summary>The tags of each instrument: few, and with few values.</summary>
internal static class InstrumentTags
{
    private static readonly string[] Run = [TelemetryNames.Run];
    private static readonly string[] Actor = [TelemetryNames.Run, TelemetryNames.Role, TelemetryNames.Index];
    private static readonly string[] Device = [TelemetryNames.Device];

    public static IReadOnlyDictionary<string, string[]> All { get; } = new SortedDictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["cluster.step.duration"] = Run,
        ["cluster.steps"] = Run,
        ["cluster.samples"] = Run,
        ["cluster.signal"] = [TelemetryNames.Run, TelemetryNames.Signal],
        ["cluster.diagnosis"] = [TelemetryNames.Run, TelemetryNames.Diagnosis],
        ["cluster.recoveries"] = Run,
        ["cluster.exchange.bytes"] = Actor,
        ["cluster.exchange.duration"] = Actor,
        [ExchangeMetrics.BytesName] = ["way"],
        ["cluster.checkpoint.duration"] = Run,
        ["cluster.checkpoint.bytes"] = Run,
        ["cluster.device.busy"] = Device,
        ["cluster.device.queue"] = Device,
    };
}
