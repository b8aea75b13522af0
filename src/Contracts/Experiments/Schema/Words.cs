namespace Cluster.Contracts.Experiments.Schema;

/// <summary>Wording that all messages share: lists, guesses at what was meant, foreign text made safe for a terminal.</summary>
internal static class Words
{
    private const int Longest = 60;

    public static string OneOf(IReadOnlyList<string> words) => words.Count == 1 ? words[0] : $"one of {string.Join(", ", words)}";

    public static string DidYouMean(string word, IEnumerable<string> known) => Nearest(word, known) is { } near ? $"; did you mean {near}?" : "";

    /// <summary>The known word that a person most likely meant, or null where none is near.</summary>
    public static string? Nearest(string word, IEnumerable<string> known)
    {
        if (word.Length > Longest) return null;
        var folded = Fold(word);
        if (folded.Length == 0) return null;
        string? best = null;
        var least = int.MaxValue;
        foreach (var candidate in known)
        {
            var other = Fold(candidate);
            var distance = Distance(folded, other);
            // batch_size is far from batch by letters, but it is what was meant
            var contained = Math.Min(folded.Length, other.Length) >= 4
                && (folded.StartsWith(other, StringComparison.Ordinal) || other.StartsWith(folded, StringComparison.Ordinal));
            if (distance < least && (distance <= Math.Max(1, Math.Min(folded.Length, other.Length) / 3) || contained))
                (best, least) = (candidate, distance);
        }
        return best;
    }

    /// <summary>Text from outside: control characters escaped, long text cut.</summary>
    public static string Safe(string text)
    {
        var cut = text.Length > Longest ? text[..Longest] + "..." : text;
        return string.Concat(cut.Select(c => c switch
        {
            '\n' => "\\n",
            '\t' => "\\t",
            _ when char.IsControl(c) || char.IsSurrogate(c) || c is >= '\u200b' and <= '\u202e' or >= '\u2066' and <= '\u2069' =>
                $"\\u{(int)c:x4}",
            _ => c.ToString(),
        }));
    }

    private static string Fold(string word) =>
        new([.. word.Where(c => c is not ('_' or '-' or ' ')).Select(char.ToLowerInvariant)]);

    /// <summary>Levenshtein's edit distance, with a swap of neighbours as one edit.</summary>
    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
            for (var j = 1; j <= b.Length; j++)
            {
                var change = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        return d[a.Length, b.Length];
    }
}
