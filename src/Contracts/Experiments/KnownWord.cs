using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>Guesses at what was meant, as messages on the experiment file have them, for other files.</summary>
public static class KnownWord
{
    /// <summary>The known word that a person most likely meant; null where none is near.</summary>
    public static string? Nearest(string word, IEnumerable<string> known) => Words.Nearest(word, known);
}
