using Cluster.Contracts;

namespace Cluster.Grains;

/// <summary>
/// What an actor notes beside its work. The device's thread writes signals of the steps that report; turns and the device's thread add
/// to totals; the run asks now and then. Nothing in it is read by the training.
/// </summary>
internal sealed class SignalBook
{
    private readonly Lock _gate = new();
    private readonly List<StepSignal> _signals = [];
    private readonly Dictionary<(string Kind, string Key), double> _totals = [];

    /// <summary>Notes a signal of a step; one that is noted again in the same step replaces the first.</summary>
    public void Note(long step, string name, params double[] values)
    {
        lock (_gate)
        {
            _signals.RemoveAll(each => each.Step == step && each.Name == name);
            _signals.Add(new StepSignal(step, name, values));
        }
    }

    /// <summary>Adds to a total.</summary>
    public void Add(string kind, string key, double value)
    {
        lock (_gate)
        {
            _totals[(kind, key)] = _totals.GetValueOrDefault((kind, key)) + value;
        }
    }

    /// <summary>Signals of steps up to one, which are then forgotten, and the totals so far.</summary>
    public ActorSignals Take(long upTo, params IEnumerable<SignalTotal> more)
    {
        lock (_gate)
        {
            StepSignal[] taken = [.. _signals.Where(each => each.Step <= upTo)];
            _signals.RemoveAll(each => each.Step <= upTo);
            return new ActorSignals(taken, [.. _totals.Select(each => new SignalTotal(each.Key.Kind, each.Key.Key, each.Value)), .. more]);
        }
    }

    /// <summary>Forgets all: the actor is opened anew.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _signals.Clear();
            _totals.Clear();
        }
    }
}
