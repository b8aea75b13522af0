namespace Cluster.Client;

/// <summary>
/// Left-aligned columns with two blanks between, the same on a terminal and in a pipe, so that grep and awk read it.
/// </summary>
internal static class TextTable
{
    /// <summary>Writes rows; the first is the heading.</summary>
    public static void Write(TextWriter to, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Count).Select(column => rows.Max(row => row[column].Length))];
        foreach (IReadOnlyList<string> row in rows)
        {
            to.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }
}
