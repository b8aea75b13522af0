using Cluster.Contracts;

namespace Cluster.Client;

/// <summary>A status in as many characters as there are.</summary>
internal static class ProgressText
{
    /// <summary>Step, time left, rate, then the figures: as many of them, in this order of weight, as fit.</summary>
    /// <param name="status">The status.</param>
    /// <param name="width">Characters that there are.</param>
    public static string Fit(RunStatus status, int width)
    {
        string state = status.State is RunState.Running ? "" : Text.State(status.State);
        string left = status.State is RunState.Running && Text.Left(status) is { } time ? $"{time} left" : state;

        // Shown in the order of the line; dropped from the least to the most important.
        List<string> parts = [Text.Steps(status.Step, status.Steps), Text.Rate(status.StepsPerSecond), .. Text.Figures(status.Figures), left];
        parts.RemoveAll(string.IsNullOrEmpty);
        while (parts.Count > 1 && parts.Sum(part => part.Length + 2) - 2 > width)
        {
            bool ends = parts[^1] == left;
            parts.RemoveAt(ends && parts.Count > 2 ? parts.Count - 2 : parts.Count - 1);
        }

        return string.Join("  ", parts);
    }
}
