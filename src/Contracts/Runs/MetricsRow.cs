using System.Text;
using System.Text.Json;

namespace Cluster.Contracts.Runs;

/// <summary>One line of <c>metrics.jsonl</c>.</summary>
/// <param name="Step">Steps completed.</param>
/// <param name="StepsPerSecond">The rate then; 0 where it is not told.</param>
/// <param name="Figures">Losses and scores by name.</param>
[GenerateSerializer, Immutable, Alias("cluster.MetricsRow")]
public sealed record MetricsRow(long Step, double StepsPerSecond, IReadOnlyDictionary<string, double> Figures)
{
    private const string StepKey = "step";
    private const string RateKey = "stepsPerSecond";

    /// <summary>No row is longer.</summary>
    private const int Tail = 64 * 1024;

    /// <summary>The last complete row; null where there is none.</summary>
    public static MetricsRow? Last(RunFolder folder)
    {
        try
        {
            using FileStream file = new(folder.Metrics, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Position = Math.Max(0, file.Length - Tail);
            byte[] bytes = new byte[Tail];
            int count = file.ReadAtLeast(bytes, Tail, throwOnEndOfStream: false);
            string[] lines = Encoding.UTF8.GetString(bytes, 0, count).Split('\n');

            // What follows the last line end was cut short, or is nothing.
            return lines.SkipLast(1).Reverse().Select(Parse).FirstOrDefault(row => row is not null);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static MetricsRow? Parse(string line)
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
}
