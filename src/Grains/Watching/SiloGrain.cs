using Cluster.Contracts;
using Cluster.Numerics;
using Orleans.Placement;
using Orleans.Runtime;

namespace Cluster.Grains;

/// <summary>What a silo does at this moment. Its timer keeps it from being collected while nobody looks.</summary>
[PreferLocalPlacement]
internal sealed class SiloGrain(SiloServices silo, Heartbeat heart, StepRecorder recorder, ILocalSiloDetails details) : Grain, ISiloGrain
{
    private readonly Dictionary<string, (long At, TimeSpan Busy)> _looks = new(StringComparer.Ordinal);
    private IGrainTimer? _alive;

    /// <inheritdoc/>
    public Task Begin()
    {
        RefuseElsewhere();
        TimeSpan minute = TimeSpan.FromMinutes(1);
        _alive ??= this.RegisterGrainTimer(_ => Task.CompletedTask, new GrainTimerCreationOptions(minute, minute) { KeepAlive = true, Interleave = true });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<SiloNow> Now()
    {
        RefuseElsewhere();
        SiloReport report = await Task.Run(heart.Report);
        return new SiloNow(
            report.Draining ? SiloPresence.Draining : SiloPresence.Active,
            report,
            [.. silo.Devices.All.OrderBy(device => device.Name, StringComparer.Ordinal).Select(Look)],
            [.. silo.Work.Doing().OrderBy(actor => actor.Actor, StringComparer.Ordinal)]);
    }

    /// <inheritdoc/>
    public Task<StepTrace[]> Steps(string run)
    {
        RefuseElsewhere();
        return Task.FromResult(recorder.Ask(run));
    }

    private DeviceNow Look(DeviceThread device)
    {
        (long At, TimeSpan Busy) now = (silo.Time.GetTimestamp(), device.Busy);
        TimeSpan passed = _looks.TryGetValue(device.Name, out (long At, TimeSpan Busy) before) ? silo.Time.GetElapsedTime(before.At, now.At) : TimeSpan.Zero;
        _looks[device.Name] = now;
        double share = passed > TimeSpan.Zero ? Math.Clamp((now.Busy - before.Busy) / passed, 0, 1) : 0;
        return new DeviceNow(device.Name, device.Current, device.CurrentFor.TotalSeconds, device.Queued, share);
    }

    private void RefuseElsewhere()
    {
        if (this.GetPrimaryKeyString() != details.SiloAddress.ToParsableString())
        {
            DeactivateOnIdle();
            throw new InputException($"silo {this.GetPrimaryKeyString()} is gone");
        }
    }
}
