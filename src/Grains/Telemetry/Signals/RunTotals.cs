using Cluster.Contracts;

namespace Cluster.Grains;

/// <summary>What the totals of all actors say of the time since they were last asked: how busy devices were, and what was waited for.</summary>
/// <param name="time">The clock.</param>
/// <param name="samples">Examples that all replicas see in a step.</param>
/// <param name="takesTurns">Whether roles exchange one after the other, so that their waits add up; else they wait side by side.</param>
internal sealed class RunTotals(TimeProvider time, long samples, bool takesTurns)
{
    /// <summary>Below this span rates are too rough to be told anew; rough ones are better than none.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(100);

    private Dictionary<(string Kind, string Key), double> _before = [];
    private long _since;
    private long _step;

    /// <summary>The newest figures; none before there are two answers.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Figures { get; private set; } = [];

    /// <summary>Whose gradients come last; null where none is late.</summary>
    public string? Straggler { get; private set; }

    /// <summary>Takes the actors' answers.</summary>
    /// <param name="answers">One for each actor.</param>
    /// <param name="step">Steps completed.</param>
    public void Take(IEnumerable<ActorSignals> answers, long step)
    {
        long now = time.GetTimestamp();
        TimeSpan span = time.GetElapsedTime(_since, now);
        if (_since != 0 && ((Figures.Count > 0 && span < Least) || span <= TimeSpan.Zero || step <= _step))
        {
            return;
        }

        Dictionary<(string Kind, string Key), double> totals = [];
        foreach (SignalTotal total in answers.SelectMany(answer => answer.Totals))
        {
            // A device, and a minibatch that two actors share, is told of by each.
            double known = totals.GetValueOrDefault((total.Kind, total.Key));
            totals[(total.Kind, total.Key)] = total.Kind is Totals.Busy or Totals.Input ? Math.Max(known, total.Value) : known + total.Value;
        }

        if (_since != 0)
        {
            Dictionary<(string Kind, string Key), double> gained = totals.ToDictionary(each => each.Key, each => Math.Max(0, each.Value - _before.GetValueOrDefault(each.Key)));
            (Figures, Straggler) = Told(gained, span.TotalSeconds, step - _step, samples, takesTurns);
        }

        (_before, _since, _step) = (totals, now, step);
    }

    /// <summary>The figures that sums over a span make.</summary>
    /// <param name="gained">By how much each total grew.</param>
    /// <param name="seconds">In how long.</param>
    /// <param name="steps">In how many steps.</param>
    /// <param name="samples">Examples in a step.</param>
    /// <param name="takesTurns">Whether roles exchange one after the other.</param>
    internal static (IReadOnlyList<KeyValuePair<string, double>> Figures, string? Straggler) Told(
        IReadOnlyDictionary<(string Kind, string Key), double> gained, double seconds, long steps, long samples, bool takesTurns = false)
    {
        Dictionary<string, double> Of(string kind) => gained.Where(each => each.Key.Kind == kind).ToDictionary(each => each.Key.Key, each => each.Value, StringComparer.Ordinal);
        List<KeyValuePair<string, double>> figures = [new("samplesPerSecond", Math.Round(steps * samples / seconds, 1))];
        Dictionary<string, double> busy = Of(Totals.Busy), input = Of(Totals.Input), wait = Of(Totals.Wait), late = Of(Totals.Late);
        if (busy.Count > 0)
        {
            figures.Add(new("deviceBusy", Math.Min(1, busy.Values.Average() / seconds)));
        }

        if (input.Count > 0)
        {
            figures.Add(new("inputShare", Math.Min(1, input.GroupBy(each => each.Key.Split('#')[0]).Max(device => device.Sum(each => each.Value)) / seconds)));
        }

        double[] waits = [.. wait.GroupBy(each => Role(each.Key)).Select(role => role.Min(each => Exchange(each, late)))];
        double waited = takesTurns ? waits.Sum() : waits.DefaultIfEmpty(0).Max();
        figures.Add(new("exchangeBytes", Of(Totals.Bytes).Values.Sum() / steps));
        figures.Add(new("exchangeWait", waited / steps));
        figures.Add(new("exchangeShare", Math.Min(1, waited / seconds)));
        (string? straggler, double lateness) = Latest(late);
        figures.Add(new("lateness", Math.Min(1, lateness / seconds)));
        return (figures, straggler);
    }

    /// <summary>A contributor's wait without what it waited for others: the last one to come waits for the exchange alone.</summary>
    private static double Exchange(KeyValuePair<string, double> wait, Dictionary<string, double> late)
    {
        double last = late.Where(each => Role(each.Key) == Role(wait.Key)).Select(each => each.Value).DefaultIfEmpty(0).Max();
        return Math.Max(0, wait.Value - (last - late.GetValueOrDefault(wait.Key)));
    }

    /// <summary>The contributor that came the most behind the middle of its kind, and by how much.</summary>
    private static (string? Actor, double Seconds) Latest(Dictionary<string, double> late)
    {
        (string? Actor, double Seconds) worst = (null, 0);
        foreach (var kind in late.GroupBy(each => each.Key[..each.Key.LastIndexOf('/')], StringComparer.Ordinal).Where(kind => kind.Count() > 1))
        {
            KeyValuePair<string, double>[] order = [.. kind.OrderBy(each => each.Value)];
            double behind = order[^1].Value - order[(order.Length - 1) / 2].Value;
            if (behind > worst.Seconds)
            {
                worst = (order[^1].Key[(order[^1].Key.IndexOf('/', StringComparison.Ordinal) + 1)..], behind);
            }
        }

        return worst;
    }

    private static string Role(string key) => key[..key.IndexOf('/', StringComparison.Ordinal)];
}
