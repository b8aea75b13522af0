using System.Text;
using System.Text.Json;

namespace Cluster.Contracts.Runs;

/// <summary>One line of <c>metrics.jsonl</c>.</summary>
/// <param name="Step">Steps completed.</param>
/// <param name="StepsPerSecond">The rate then; 0 where it is not told.</param>
/// <param name="Figures">Losses and scores by name, in the row's order.</param>
[GenerateSerializer, Immutable, Alias("cluster.MetricsRow")]
public sealed record MetricsRow(long Step, double StepsPerSecond, IReadOnlyDictionary<string, double> Figures)
{
    /// <summary>The key of a row's step.</summary>
    public const string StepKey = "step";

    /// <summary>The key of a row's rate.</summary>
    public const string RateKey = "stepsPerSecond";

    /// <summary>What the keys of <c>cluster evaluate</c>'s figures begin with.</summary>
    public const string EvaluationPrefix = "evaluate/";

    /// <summary>No row is longer.</summary>
    private const int Longest = 64 * 1024;

    /// <summary>Whether it is one that training wrote, not an evaluation.</summary>
    public bool IsOfTraining => !Figures.Keys.Any(key => key.StartsWith(EvaluationPrefix, StringComparison.Ordinal));

    /// <summary>The last complete row that training wrote; null where there is none.</summary>
    public static MetricsRow? Last(RunFolder folder)
    {
        try
        {
            using FileStream file = Open(folder);

            // What follows the last line end was cut short, or is nothing.
            return Lines(file, Math.Max(0, file.Length - Longest)).SkipLast(1).Reverse().Select(Parse).FirstOrDefault(row => row is { IsOfTraining: true });
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// Rows of training at about evenly spaced places of the file, in its order, without reading the rest of it: enough
    /// for a small picture of a long run.
    /// </summary>
    /// <param name="folder">The run.</param>
    /// <param name="places">At how many places.</param>
    public static IReadOnlyList<MetricsRow> Sketch(RunFolder folder, int places)
    {
        const int Piece = 2048;
        try
        {
            using FileStream file = Open(folder);
            if (file.Length <= Math.Max(Longest, (long)places * Piece))
            {
                return [.. Lines(file, 0, (int)file.Length).SkipLast(1).Select(Parse).OfType<MetricsRow>().Where(row => row.IsOfTraining)];
            }

            List<MetricsRow> rows = [];
            for (int place = 0; place < places; place++)
            {
                long from = (file.Length - Piece) * place / (places - 1);

                // The first of these lines began before the place, unless that is the file's beginning.
                MetricsRow? row = Lines(file, from, Piece).Skip(from == 0 ? 0 : 1).SkipLast(1).Select(Parse).FirstOrDefault(each => each is { IsOfTraining: true });
                if (row is not null && (rows.Count == 0 || row.Step > rows[^1].Step))
                {
                    rows.Add(row);
                }
            }

            return rows;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Reads one line; null where it is damaged.</summary>
    public static MetricsRow? Parse(string line)
    {
        try
        {
            Dictionary<string, double> values = JsonSerializer.Deserialize<Dictionary<string, double>>(line) ?? [];
            if (!values.Remove(StepKey, out double step))
            {
                return null;
            }

            values.Remove(RateKey, out double rate);
            return new MetricsRow((long)step, rate, values);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static FileStream Open(RunFolder folder) =>
        new(folder.Metrics, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    private static string[] Lines(FileStream file, long from, int length = Longest)
    {
        byte[] bytes = new byte[length];
        file.Position = from;
        int count = file.ReadAtLeast(bytes, length, throwOnEndOfStream: false);
        return Encoding.UTF8.GetString(bytes, 0, count).Split('\n');
    }
}
