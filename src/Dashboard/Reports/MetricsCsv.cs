using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Cluster.Contracts.Runs;

namespace Cluster.Dashboard;

/// <summary>A run's <c>metrics.jsonl</c> as comma-separated values (RFC 4180, lines end with a line feed).</summary>
public static class MetricsCsv
{
    private static readonly SearchValues<char> Special = SearchValues.Create(",\"\r\n");

    /// <summary>Writes a heading, <c>step</c> first, then a line for each row; what a row has not is empty.</summary>
    public static async Task Write(RunFolder folder, Stream to)
    {
        // Which figures there are is known at the end only: an evaluation brings its own.
        OrderedDictionary<string, int> columns = new(StringComparer.Ordinal) { [MetricsRow.StepKey] = 0 };
        Read(folder, row =>
        {
            foreach (JsonProperty figure in row.EnumerateObject())
            {
                columns.TryAdd(figure.Name, columns.Count);
            }
        });

        List<string> lines = [string.Join(',', columns.Keys.Select(Quoted))];
        Read(folder, row =>
        {
            string[] cells = new string[columns.Count];
            foreach (JsonProperty figure in row.EnumerateObject())
            {
                // A row that was added between the two readings may have a figure that the heading lacks.
                if (columns.TryGetValue(figure.Name, out int column) && figure.Value.ValueKind == JsonValueKind.Number)
                {
                    cells[column] = figure.Value.GetDouble().ToString("R", CultureInfo.InvariantCulture);
                }
            }

            lines.Add(string.Join(',', cells));
        });

        await using StreamWriter text = new(to, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = "\n" };
        foreach (string line in lines)
        {
            await text.WriteLineAsync(line);
        }
    }

    private static void Read(RunFolder folder, Action<JsonElement> row) => new GrowingFile(folder.Metrics).Read(() => { }, line =>
    {
        try
        {
            Utf8JsonReader reader = new(line);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(MetricsRow.StepKey, out _))
            {
                row(document.RootElement);
            }
        }
        catch (JsonException)
        {
            // A line that a kill cut short.
        }
    });

    private static string Quoted(string name) => name.AsSpan().ContainsAny(Special)
        ? $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
        : name;
}
