using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Cluster.Grains;

/// <summary>A run's lines in the silo's log: each carries the run's name, and belongs to the trace of the attempt.</summary>
/// <param name="logger">The silo's.</param>
/// <param name="run">The run's name.</param>
internal sealed class RunLog(ILogger logger, string run)
{
    private readonly KeyValuePair<string, object?>[] _scope = [new(TelemetryNames.Run, run)];

    /// <summary>Writes a line.</summary>
    /// <param name="level">Its weight.</param>
    /// <param name="within">The span that it belongs to; null leaves the present one.</param>
    /// <param name="problem">An error to go with it.</param>
    /// <param name="text">The line, without the run's name.</param>
    public void Say(LogLevel level, Activity? within, Exception? problem, string text)
    {
        if (!logger.IsEnabled(level))
        {
            return;
        }

        Activity? before = Activity.Current;
        try
        {
            Activity.Current = within is { IsStopped: false } ? within : before;
            using (logger.BeginScope(_scope))
            {
                logger.Log(level, problem, "{Run}: {Text}", run, text);
            }
        }
        finally
        {
            Activity.Current = before is { IsStopped: false } ? before : null;
        }
    }

    /// <summary>The weight of a finding.</summary>
    public static LogLevel Of(Severity severity) => severity switch
    {
        Severity.Critical => LogLevel.Error,
        Severity.Warning => LogLevel.Warning,
        _ => LogLevel.Information,
    };
}
