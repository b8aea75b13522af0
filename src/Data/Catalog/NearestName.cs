namespace Cluster.Data;

/// <summary>Known names, those most like a mistyped one first.</summary>
internal static class NearestName
{
    public static IEnumerable<string> Order(string typed, IEnumerable<string> known) =>
        known.OrderBy(name => Distance(typed.ToLowerInvariant(), name.ToLowerInvariant())).ThenBy(name => name, StringComparer.Ordinal);

    /// <summary>Levenshtein's edit distance.</summary>
    private static int Distance(string from, string to)
    {
        int[] row = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int substituted = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }
}
