using Cluster.Contracts;

namespace Cluster.Client;

/// <summary>A line every few seconds and one at the end, for files and pipes.</summary>
/// <param name="to">Where the lines go.</param>
/// <param name="time">The clock.</param>
internal sealed class PlainProgress(TextWriter to, TimeProvider time) : IProgressView
{
    /// <summary>Between two lines.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public async Task<RunStatus> Show(Func<Action<RunStatus>, Task<RunStatus>> watch)
    {
        long last = time.GetTimestamp();
        long shown = -1;
        RunStatus end = await watch(status =>
        {
            if (time.GetElapsedTime(last) >= Interval)
            {
                last = time.GetTimestamp();
                Line(status);
            }
        });

        if (end.Step != shown)
        {
            Line(end);
        }

        return end;

        void Line(RunStatus status)
        {
            shown = status.Step;
            to.WriteLine(Describe(status));
            to.Flush();
        }
    }

    /// <inheritdoc/>
    public void Say(string line) => to.WriteLine(line);

    /// <summary>A status as one line.</summary>
    public static string Describe(RunStatus status)
    {
        List<string> parts = [$"step {Text.Steps(status.Step, status.Steps)}", Text.Rate(status.StepsPerSecond), .. Text.Figures(status.Figures)];
        if (status.State is not RunState.Running)
        {
            parts.Add(Text.State(status.State));
        }
        else if (Text.Left(status) is { } left)
        {
            parts.Add($"{left} left");
        }

        return string.Join("  ", parts);
    }
}
