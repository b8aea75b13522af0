using Cluster.Contracts;
using Orleans.Runtime;

namespace Cluster.Grains;

/// <summary>Asks all silos at once, and remembers those that have gone.</summary>
internal sealed class SiloLook(IGrainFactory grains, ISiloStatusOracle silos, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(30);

    private readonly Dictionary<string, (SiloNow Last, long GoneSince)> _known = new(StringComparer.Ordinal);

    private string[] Active => [.. silos.GetActiveSilos().Select(each => each.ToParsableString())];

    /// <summary>Takes what others know, so that a silo which was lost together with the one that looked is not forgotten.</summary>
    public void Remember(IEnumerable<SiloReport> reports)
    {
        foreach (SiloReport report in reports)
        {
            if (_known.TryGetValue(report.Silo, out (SiloNow Last, long GoneSince) known))
            {
                _known[report.Silo] = (known.Last with { Report = report }, known.GoneSince);
            }
            else
            {
                _known[report.Silo] = (new SiloNow(SiloPresence.Active, report, [], []), 0);
            }
        }
    }

    /// <summary>Every silo that is there, or that went within the last half hour and was not started again since.</summary>
    public async Task<SiloNow[]> All()
    {
        string[] active = Active;
        foreach (SiloNow? answer in await Task.WhenAll(active.Select(Ask)))
        {
            if (answer is not null)
            {
                _known[answer.Report.Silo] = (answer, 0);
            }
        }

        HashSet<string> names = [.. active.Where(_known.ContainsKey).Select(each => _known[each].Last.Report.Name)];
        foreach ((string silo, (SiloNow last, long since)) in _known.Where(each => !active.Contains(each.Key, StringComparer.Ordinal)).ToArray())
        {
            if (names.Contains(last.Report.Name) || (since > 0 && time.GetElapsedTime(since) > Remembered))
            {
                _known.Remove(silo);
            }
            else if (since == 0)
            {
                SiloPresence gone = last.Report.Draining ? SiloPresence.Left : SiloPresence.Lost;
                _known[silo] = (last with { State = gone, Devices = [] }, time.GetTimestamp());
            }
        }

        return [.. _known.Values.Select(each => each.Last).OrderBy(each => each.Report.Name, StringComparer.Ordinal)];
    }

    /// <summary>The newest step of a run that has ended, with its spans from every silo.</summary>
    public async Task<StepTrace?> LastStep(string run)
    {
        StepTrace[] all = [.. (await Task.WhenAll(Active.Select(silo => Answer(grains.GetGrain<ISiloGrain>(silo).Steps(run))))).SelectMany(each => each ?? [])];
        return all.SelectMany(each => each.Spans, (trace, span) => (trace.Id, Span: span))
            .Where(each => each.Span.Name == TelemetryNames.StepSpan)
            .OrderBy(each => each.Span.Start)
            .LastOrDefault() is { Id: { } newest }
            ? new StepTrace(newest, [.. all.Where(trace => trace.Id == newest).SelectMany(trace => trace.Spans).DistinctBy(span => span.Id).OrderBy(span => span.Start)])
            : null;
    }

    private async Task<SiloNow?> Ask(string silo) => await Answer(grains.GetGrain<ISiloGrain>(silo).Now())
        ?? (_known.TryGetValue(silo, out (SiloNow Last, long GoneSince) known) ? known.Last with { State = SiloPresence.Silent } : null);

    /// <summary>An answer in time; null for none. Whoever cannot answer shows as silent, and soon as lost.</summary>
    private async Task<T?> Answer<T>(Task<T> question)
        where T : class
    {
        try
        {
            return await question.WaitAsync(Patience, time);
        }
        catch (Exception silent) when (silent is OrleansException or TimeoutException or InputException)
        {
            return null;
        }
    }
}
