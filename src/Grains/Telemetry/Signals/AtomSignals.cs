namespace Cluster.Grains;

/// <summary>Which atoms of a dictionary do no work.</summary>
internal static class AtomSignals
{
    /// <summary>Updates without a use after which an atom counts as dead.</summary>
    public const long DeadAfter = 50;

    private const string Atoms = "atoms";

    /// <summary>Notes a block's dead atoms, and those replaced since the last report.</summary>
    public static void Note(SignalBook book, long step, long dead, long replaced) => book.Note(step, Atoms, dead, replaced);

    /// <summary>The figures of a step, over all blocks.</summary>
    public static IEnumerable<KeyValuePair<string, double>> Of(DictionaryBlueprint blueprint, SignalSet signals)
    {
        if (signals.Sum(Atoms) is [var dead, var replaced])
        {
            yield return new("deadAtoms", dead / blueprint.Options.Atoms);
            yield return new("replacedAtoms", replaced);
        }
    }
}
