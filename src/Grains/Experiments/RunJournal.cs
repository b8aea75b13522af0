using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using Cluster.Contracts.Runs;

namespace Cluster.Grains;

/// <summary>
/// Writes a run's events, metrics and state in the order in which they were told, off the grain's turns.
/// </summary>
internal sealed class RunJournal : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly Channel<Action> _queue = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly RunFolder _run;
    private readonly TimeProvider _time;
    private readonly Task _writing;
    private volatile Exception? _problem;

    public RunJournal(RunFolder run, TimeProvider time)
    {
        _run = run;
        _time = time;
        _writing = Task.Run(Drain);
    }

    /// <summary>Why a line or the state could not be written, as on a full disk; null while all is well.</summary>
    public Exception? Problem => _problem;

    /// <summary>Adds a line to <c>events.jsonl</c>.</summary>
    public void Event(string kind, long step, string text) => Event(new RunEvent(_time.GetUtcNow(), kind, step, text));

    /// <summary>Adds a finding, or its end, to <c>events.jsonl</c>.</summary>
    public void Event(Finding finding, long step) => Event(finding.Fault
        ? new RunEvent(
            _time.GetUtcNow(), RunEvent.Diagnosis, step, finding.Text, finding.Rule.Name, finding.Rule.Severity.ToString().ToLowerInvariant(), finding.Suggestion)
        : new RunEvent(_time.GetUtcNow(), RunEvent.Cleared, step, finding.Text, finding.Rule.Name));

    /// <summary>Adds a row to <c>metrics.jsonl</c>.</summary>
    public void Metrics(long step, double stepsPerSecond, IReadOnlyDictionary<string, double> figures)
    {
        byte[] row = Row(step, figures.Append(new("stepsPerSecond", Math.Round(stepsPerSecond, 2))));
        Tell(() => AppendLine(_run.Metrics, row));
    }

    /// <summary>One row of <c>metrics.jsonl</c>.</summary>
    internal static byte[] Row(long step, IEnumerable<KeyValuePair<string, double>> figures)
    {
        Dictionary<string, double> row = new(StringComparer.Ordinal) { ["step"] = step };
        foreach ((string name, double value) in figures)
        {
            // JSON knows no infinity.
            if (double.IsFinite(value))
            {
                row[name] = value;
            }
        }

        return JsonSerializer.SerializeToUtf8Bytes(row, Options);
    }

    /// <summary>Adds a line to a file that has no other writer.</summary>
    internal static void AppendLine(string path, byte[] json)
    {
        using FileStream file = new(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        file.Write([.. json, (byte)'\n']);
    }

    /// <summary>Removes the rows after a step, which a resumed run writes again.</summary>
    public void RewindMetrics(long step) => Tell(() =>
    {
        if (!File.Exists(_run.Metrics))
        {
            return;
        }

        string kept = string.Concat(File.ReadLines(_run.Metrics).Where(line => StepOf(line) <= step).Select(line => line + "\n"));
        AtomicFile.WriteAllBytes(_run.Metrics, System.Text.Encoding.UTF8.GetBytes(kept));
    });

    /// <summary>Replaces <c>state.json</c>.</summary>
    public void State(Func<DateTimeOffset, RunStateFile> state)
    {
        RunStateFile now = state(_time.GetUtcNow());
        Tell(() => now.Write(_run));
    }

    /// <summary>Completes when all that was told before is on disk.</summary>
    public Task Written()
    {
        TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Tell(written.SetResult);
        return written.Task;
    }

    /// <summary>Writes the rest and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _writing;
    }

    private static long StepOf(string line)
    {
        try
        {
            using JsonDocument row = JsonDocument.Parse(line);
            return row.RootElement.GetProperty("step").GetInt64();
        }
        catch (Exception damaged) when (damaged is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // A line that a kill cut short.
            return long.MaxValue;
        }
    }

    private void Event(RunEvent entry) => Tell(() => AppendLine(_run.Events, JsonSerializer.SerializeToUtf8Bytes(entry, Options)));

    private void Tell(Action write) => _queue.Writer.TryWrite(write);

    private async Task Drain()
    {
        await foreach (Action write in _queue.Reader.ReadAllAsync())
        {
            try
            {
                write();
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                _problem ??= problem;
            }
        }
    }
}
